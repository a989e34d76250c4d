package dev.cofre.controlplane.server.incident;

import java.util.Locale;

/** Numbers of things in words. Stateless. */
final class Counts {
  private Counts() {}

  static String of(long number, String what) {
    return String.format(Locale.ROOT, "%,d %s%s", number, what, number == 1 ? "" : "s");
  }
}
