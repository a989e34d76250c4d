package dev.cofre.engine.policy;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * A range of IP addresses (CIDR, RFC 4632 and RFC 4291). Immutable.
 *
 * @param address 4 or 16 bytes
 * @param prefixLength how many leading bits count
 */
record Network(byte[] address, int prefixLength) {
  /** Whether {@code other}, 4 or 16 bytes or null when not known, is in the range. */
  boolean holds(byte[] other) {
    if (other == null || other.length != address.length || prefixLength > 8 * address.length) {
      return false;
    }
    int whole = prefixLength / 8;
    int mask = 0xff00 >> prefixLength % 8 & 0xff;
    return Arrays.equals(address, 0, whole, other, 0, whole)
        && (mask == 0 || ((address[whole] ^ other[whole]) & mask) == 0);
  }

  /**
   * The bytes of the literal {@code text}; an IPv4 address mapped into IPv6 is one of IPv4. Null
   * when it is no literal: names are never looked up.
   */
  static byte[] parse(String text) {
    if (text == null) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(text).getAddress();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Network that
        && prefixLength == that.prefixLength
        && Arrays.equals(address, that.address);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(address) + prefixLength;
  }

  @Override
  public String toString() {
    return "Network[" + Arrays.toString(address) + "/" + prefixLength + "]";
  }
}
