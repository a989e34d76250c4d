package dev.cofre.controlplane.server.x509;

import dev.cofre.contract.random.RandomSource;
import java.math.BigInteger;
import java.util.HexFormat;

/** Serial numbers: 128 random bits, positive, as 32 hexadecimal digits. Stateless. */
final class Serials {
  private static final int LENGTH = 16;

  private Serials() {}

  static String fresh(RandomSource random) {
    String serial;
    do {
      serial = HexFormat.of().formatHex(random.bytes(LENGTH));
    } while (number(serial).signum() == 0);
    return serial;
  }

  static BigInteger number(String serial) {
    return new BigInteger(serial, 16);
  }
}
