/** Of how many values, and of how many levels, strangers' JSON may be: whoever parses much more of it holds everyone up. */
const MAX_VALUES = 30_000;
const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const NEWLINE = 0x0a;

export type JsonScale = {
  /** False once it has become too much. */
  take(bytes: Uint8Array): boolean;
};

/**
 * Weighs JSON before it is parsed, as it comes: a megabyte of empty objects takes a quarter of a second to parse, and seconds to walk through. One of an
 * event stream begins anew with each event.
 */
export function createJsonScale({ isEventStream = false } = {}): JsonScale {
  let values = 0;
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  let isAtLineStart = false;

  return {
    take(bytes) {
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at]!;
        if (isEventStream && byte === NEWLINE) {
          if (isAtLineStart) values = depth = 0;
          isAtLineStart = true;
          isInString = isEscaped = false;
          continue;
        }
        isAtLineStart = isAtLineStart && byte === 0x0d;
        if (isInString) {
          if (isEscaped) isEscaped = false;
          else if (byte === BACKSLASH) isEscaped = true;
          else if (byte === QUOTE) isInString = false;
          continue;
        }
        if (byte === QUOTE) isInString = true;
        else if (byte === COMMA) values++;
        else if (byte === 0x7b || byte === 0x5b) {
          values++;
          depth++;
        } else if (byte === 0x7d || byte === 0x5d) depth--;
        if (values > MAX_VALUES || depth > MAX_DEPTH) return false;
      }
      return true;
    },
  };
}

export const isLightJson = (bytes: Uint8Array): boolean => createJsonScale().take(bytes);
