import { configuredPolicy } from "@/platform/outbound-policy";
import { createSafeFetch } from "@/platform/safe-fetch";

/** How drivers reach the network in the real server. */
export const outbound = createSafeFetch({ policy: configuredPolicy });
