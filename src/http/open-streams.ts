import { AppError } from "@/platform/app-error";
import { addressGroup, isLoopbackAddress } from "@/platform/trusted-proxies";
import { clientAddress } from "./client-address";

export type OpenStreams = ReturnType<typeof createOpenStreams>;

/** Counts the streams that each address holds open; programs on this machine may have any number. Null: not limited. */
export function createOpenStreams(most: number | null) {
  const open = new Map<string, number>();

  return {
    /** Throws `rate_limited` when the address has too many. What it returns lets the stream go, and may be called again for nothing. */
    hold(request: Request): () => void {
      const address = clientAddress(request);
      if (most === null || address === null || isLoopbackAddress(address)) return () => {};
      const group = addressGroup(address);
      const count = open.get(group) ?? 0;
      if (count >= most)
        throw new AppError("rate_limited", `This address has ${most} streams open already: close some of them`, { retryAfterSeconds: 5 });
      open.set(group, count + 1);

      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        const left = open.get(group)! - 1;
        if (left === 0) open.delete(group);
        else open.set(group, left);
      };
    },
  };
}
