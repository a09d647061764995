/** What can go wrong, and which complaints say so. */
const WRONGS: readonly [name: string, words: RegExp][] = [
  ["lost", /is lost|is not as it was acknowledged|cut took it back/],
  ["duplicated", /is there \d+ times|two events have one id|one key, two answers/],
  ["stuck", /is stuck|is open after|is busy after|gave up/],
  ["unsafe run twice", /of charge took effect \d+ times/],
  ["gaps or repeats in streams", /reader \d+ read/],
];

/** How many complaints there are of each kind, in one line. */
export function verdictOn(complaints: readonly string[]): string {
  const counts = new Map<string, number>([...WRONGS.map(([name]): [string, number] => [name, 0]), ["other complaints", 0]]);
  for (const complaint of complaints) {
    const [name] = WRONGS.find(([, words]) => words.test(complaint)) ?? ["other complaints"];
    counts.set(name, counts.get(name)! + 1);
  }
  return [...counts].map(([name, count]) => `${count} ${name}`).join(", ");
}
