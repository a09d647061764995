import type { AttackClass } from "./attack-class";
import { connections } from "./connections";
import { files } from "./files";
import { input } from "./input";
import { lostRights } from "./lost-rights";
import { oauth } from "./oauth";
import { otherSites } from "./other-sites";
import { outbound } from "./outbound";
import { page } from "./page";
import { passwords } from "./passwords";
import { sandbox } from "./sandbox";
import { secrets } from "./secrets";
import { strangers } from "./strangers";
import { whoMay } from "./who-may";

/** The last one looks for what all the others may have left behind. */
export const CLASSES: readonly AttackClass[] = [
  strangers,
  whoMay,
  lostRights,
  otherSites,
  passwords,
  oauth,
  outbound,
  files,
  sandbox,
  page,
  input,
  connections,
  secrets,
];
