/** Octets that code looks for in bytes (ASCII). */
export const lineFeed = 0x0a;
