import type { GivenPart } from "./chat-actions";

/** A message may have 1 MiB in all; base64 takes four characters for three bytes. */
const MOST_BYTES = 640_000;
/** What models look at is at most about this wide; more is sent for nothing. */
const SIDES = [1568, 1200, 900, 640, 480];

export type GivenImage = Extract<GivenPart, { type: "image" }>;

/** A picture as it can be sent: as it is when it is small, else smaller. Throws when it is no picture that a browser can read. */
export async function readImage(file: Blob, mostBytes = MOST_BYTES): Promise<GivenImage> {
  if (file.size <= mostBytes && /^image\/(png|jpeg|gif|webp)$/.test(file.type)) return toPart(file);
  const picture = await createImageBitmap(file).catch(() => {
    throw new Error("This picture can't be read. Use PNG, JPEG, GIF or WebP.");
  });
  for (const side of SIDES) {
    const small = await draw(picture, side);
    if (small.size <= mostBytes) return toPart(small);
  }
  throw new Error("This picture is too large.");
}

async function draw(picture: ImageBitmap, side: number): Promise<Blob> {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale)));
  canvas.getContext("2d")!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/webp", quality: 0.85 });
}

async function toPart(blob: Blob): Promise<GivenImage> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let binary = "";
  for (let start = 0; start < bytes.length; start += 8192) binary += String.fromCharCode(...bytes.subarray(start, start + 8192));
  return { type: "image", base64: btoa(binary), media_type: blob.type };
}

export const sizeOf = (images: readonly GivenImage[]): number => images.reduce((sum, { base64 }) => sum + base64.length * 0.75, 0);

/** How much one more picture may have beside these. */
export const roomBeside = (images: readonly GivenImage[]): number => MOST_BYTES - sizeOf(images);
