import type { AttackClass } from "./attack-class";
import { files } from "./files";
import { lostRights } from "./lost-rights";
import { oauth } from "./oauth";
import { otherSites } from "./other-sites";
import { outbound } from "./outbound";
import { passwords } from "./passwords";
import { strangers } from "./strangers";
import { whoMay } from "./who-may";

export const CLASSES: readonly AttackClass[] = [strangers, whoMay, lostRights, otherSites, passwords, oauth, outbound, files];
