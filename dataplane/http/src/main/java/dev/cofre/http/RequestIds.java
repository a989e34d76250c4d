package dev.cofre.http;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** Names requests in answers and in the audit log. Unique for all practical purposes; no secret. */
public final class RequestIds {
  private RequestIds() {}

  /** A fresh id: 32 hexadecimal digits. */
  public static String next() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }
}
