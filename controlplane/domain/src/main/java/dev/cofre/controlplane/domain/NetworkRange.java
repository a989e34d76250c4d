package dev.cofre.controlplane.domain;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of IP addresses as CIDR writes it (RFC 4632, RFC 4291). Immutable; names are never looked
 * up.
 */
public final class NetworkRange {
  private static final Pattern FORM = Pattern.compile("([0-9a-fA-F:.]{2,45})/([0-9]{1,3})");

  private final byte[] address;
  private final int prefixLength;
  private final String text;

  private NetworkRange(byte[] address, int prefixLength, String text) {
    this.address = address;
    this.prefixLength = prefixLength;
    this.text = text;
  }

  /** The range {@code text}, when it is one whose bits after the prefix are zero. */
  public static Optional<NetworkRange> parse(String text) {
    Matcher form = FORM.matcher(text);
    Optional<byte[]> bytes = form.matches() ? address(form.group(1)) : Optional.empty();
    return bytes
        .map(address -> new NetworkRange(address, Integer.parseInt(form.group(2)), text))
        .filter(NetworkRange::isWellFormed);
  }

  /** The 4 or 16 bytes of the literal {@code text}, when it is one. */
  public static Optional<byte[]> address(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text).getAddress());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private boolean isWellFormed() {
    if (prefixLength > 8 * address.length) {
      return false;
    }
    for (int bit = prefixLength; bit < 8 * address.length; bit++) {
      if ((address[bit / 8] & (0x80 >> bit % 8)) != 0) {
        return false;
      }
    }
    return true;
  }

  /** 4 or 16 bytes. */
  public byte[] address() {
    return address.clone();
  }

  /** How many leading bits count. */
  public int prefixLength() {
    return prefixLength;
  }

  /** Whether it is every address of its kind. */
  public boolean isEverywhere() {
    return prefixLength == 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NetworkRange that
        && prefixLength == that.prefixLength
        && Arrays.equals(address, that.address);
  }

  @Override
  public int hashCode() {
    return HexFormat.of().formatHex(address).hashCode() + prefixLength;
  }

  /** As it was written. */
  @Override
  public String toString() {
    return text;
  }
}
