import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Random } from "../durability/random";
import type { Renaming, Undo, Undurable } from "./undo-log";

/** What of the writes that were under way did not reach the disk: all of them, the newest alone, or any sectors of any. */
export type Loss = "all" | "last" | "random";

export type Damage = { files: string[]; writes: number; sectors: number; names: number };

/** A disk writes a sector whole or not at all, and sectors in any order. */
const SECTOR_BYTES = 512;

/** Puts the files, and then their names, back to what a power cut could have left. What an fsync has made durable stays. */
export function cutPower({ writes, names }: Undurable, loss: Loss, random: Random): Damage {
  const damage: Damage = { files: [], writes: 0, sectors: 0, names: 0 };
  const newest = Math.max(...[...writes.values()].flat().map(({ order }) => order));
  for (const [path, undos] of writes) {
    if (!existsSync(path) || undos.length === 0) continue;
    const sectors = loseSectors(path, undos, (undo) => loss === "all" || undo.order === newest, loss === "random" ? random : undefined);
    if (sectors === 0) continue;
    damage.files.push(path);
    damage.writes += undos.length;
    damage.sectors += sectors;
  }
  // A file system changes names one after the other: of those that it has not kept, the newest are lost, all or some.
  const firstLost = loss === "all" ? 0 : loss === "last" ? Math.max(0, names.length - 1) : random.between(0, names.length);
  for (const renaming of names.slice(firstLost).toReversed()) putNameBack(renaming);
  damage.names = names.length - firstLost;
  return damage;
}

function putNameBack(renaming: Renaming): void {
  if (renaming.kind === "made") rmSync(renaming.path, { force: true });
  if (renaming.kind === "renamed" && existsSync(renaming.path)) renameSync(renaming.path, renaming.from);
  if (renaming.kind === "removed") writeFileSync(renaming.path, renaming.content);
}

/** Every sector goes back to a state that it had since the last fsync, and so does the size. Returns how many sectors changed. */
function loseSectors(path: string, undos: readonly Undo[], isLost: (undo: Undo) => boolean, random: Random | undefined): number {
  const now = readFileSync(path);
  const content = Buffer.alloc(Math.max(now.length, ...undos.map(({ offset, length, oldSize }) => Math.max(offset + length, oldSize))));
  now.copy(content);

  for (const [sector, touching] of bySector(undos)) {
    const lost = random ? touching.slice(random.between(0, touching.length)) : touching.filter(isLost);
    for (const undo of lost.toReversed()) putBack(content, undo, sector * SECTOR_BYTES);
  }
  const sizes = [...undos.map(({ oldSize }) => oldSize), now.length];
  const firstLost = undos.findIndex(isLost);
  const size = random ? random.pick(sizes) : sizes.at(firstLost)!;
  const left = content.subarray(0, size);
  if (left.equals(now)) return 0;
  writeFileSync(path, left);
  return differences(now, left);
}

function bySector(undos: readonly Undo[]): Map<number, Undo[]> {
  const sectors = new Map<number, Undo[]>();
  for (const undo of undos) {
    if (undo.length === 0) continue;
    const last = Math.floor((undo.offset + undo.length - 1) / SECTOR_BYTES);
    for (let sector = Math.floor(undo.offset / SECTOR_BYTES); sector <= last; sector++)
      sectors.set(sector, [...(sectors.get(sector) ?? []), undo]);
  }
  return sectors;
}

/** Where the file did not reach to, there is nothing but zeros. */
function putBack(content: Buffer, { offset, length, old }: Undo, sectorStart: number): void {
  const from = Math.max(offset, sectorStart);
  const to = Math.min(offset + length, sectorStart + SECTOR_BYTES);
  content.fill(0, from, to);
  content.set(old.subarray(from - offset, to - offset), from);
}

function differences(before: Buffer, after: Buffer): number {
  const sectors = Math.ceil(Math.max(before.length, after.length) / SECTOR_BYTES);
  return Array.from({ length: sectors }, (_, sector) => sector * SECTOR_BYTES).filter(
    (start) => !before.subarray(start, start + SECTOR_BYTES).equals(after.subarray(start, start + SECTOR_BYTES)),
  ).length;
}
