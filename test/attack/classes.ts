import type { AttackClass } from "./attack-class";
import { strangers } from "./strangers";
import { whoMay } from "./who-may";

export const CLASSES: readonly AttackClass[] = [strangers, whoMay];
