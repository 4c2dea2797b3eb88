/**
 * 64-bit FNV-1a hash of a stream's name (its UTF-16 code units, low byte first; the high byte only where it is not
 * zero, so that ASCII names hash as published) as [low word, high word].
 */
export function hash64(name: string): [number, number] {
  let low = 0x84222325;
  let high = 0xcbf29ce4;
  const absorb = (byte: number): void => {
    low = (low ^ byte) >>> 0;
    // times the prime 2^40 + 0x1b3
    const product = low * 0x1b3;
    high = (high * 0x1b3 + Math.floor(product / 2 ** 32) + low * 256) % 2 ** 32;
    low = product % 2 ** 32;
  };
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    absorb(unit & 0xff);
    if (unit > 0xff) absorb(unit >>> 8);
  }
  return [low, high];
}
