import { useState } from "react";
import { notifyFailure } from "@/ui/parts/notify";
import { MOST_FILE_BYTES } from "./give-files";
import { type GivenImage, readImage, roomBeside } from "./read-image";

export type Attachments = { images: readonly GivenImage[]; files: readonly File[] };

const none: Attachments = { images: [], files: [] };

/** What goes along with a message: pictures for the model to look at, and files for the session. `whyNoFiles` is told where it takes none. */
export function useAttachments(whyNoFiles: string | null) {
  const [given, setGiven] = useState(none);

  async function add(files: readonly File[]) {
    try {
      let { images } = given;
      const others: File[] = [];
      for (const file of files) {
        if (isPicture(file)) images = [...images, await readImage(file, roomBeside(images))];
        else others.push(checked(file, whyNoFiles));
      }
      setGiven({ images, files: [...given.files, ...others] });
    } catch (error) {
      notifyFailure(error);
    }
  }

  return {
    ...given,
    isEmpty: given.images.length + given.files.length === 0,
    add,
    removeImage: (index: number) => setGiven({ ...given, images: given.images.toSpliced(index, 1) }),
    removeFile: (index: number) => setGiven({ ...given, files: given.files.toSpliced(index, 1) }),
    clear: () => setGiven(none),
  };
}

/** An SVG is a text that draws: models do not look at it. */
const isPicture = ({ type }: File): boolean => type.startsWith("image/") && type !== "image/svg+xml";

function checked(file: File, whyNoFiles: string | null): File {
  if (whyNoFiles !== null) throw new Error(whyNoFiles);
  if (file.size > MOST_FILE_BYTES) throw new Error(`${file.name} is larger than 10 MB, which a file of a chat may not be.`);
  return file;
}
