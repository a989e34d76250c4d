package dev.cofre.contract.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cofre.contract.envelope.EnvelopeOpener;
import dev.cofre.contract.envelope.JcaAead;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.WrappedDataKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What any release sealed, this one opens. */
class GoldenEnvelopeTest {
  private static final Set<String> FIRST_TEN =
      Set.of(
          "empty",
          "one-byte",
          "one-segment",
          "two-segments",
          "four-segments",
          "context",
          "item-258",
          "caller",
          "caller-without-context",
          "software");

  /** SHA-256 of their names and digests: neither an envelope nor the list can change unseen. */
  private static final String LIST_OF_FIRST_TEN =
      "35d31c508e346a92e351a6e71388cb0d56cd2a31c7a3dc288bd28528d5b5f675";

  @Test
  void allOpen() throws GeneralSecurityException {
    for (GoldenEnvelope golden : GoldenEnvelopes.all()) {
      byte[] dataKey = GoldenEnvelopes.unwrap(golden);
      assertArrayEquals(golden.bytes("dataKey"), dataKey, golden.name());
      byte[] plaintext = open(golden, dataKey);
      assertEquals(golden.plaintextLength(), plaintext.length, golden.name());
      assertArrayEquals(golden.plaintextSha256(), GoldenEnvelopes.sha256(plaintext), golden.name());
    }
  }

  @Test
  void theFirstTenAreThere() {
    String list =
        GoldenEnvelopes.all().stream()
            .map(
                golden ->
                    golden.name()
                        + " "
                        + HexFormat.of().formatHex(GoldenEnvelopes.sha256(golden.envelope()))
                        + "\n")
            .filter(line -> FIRST_TEN.contains(line.split(" ")[0]))
            .collect(Collectors.joining());
    assertEquals(
        LIST_OF_FIRST_TEN,
        HexFormat.of().formatHex(GoldenEnvelopes.sha256(list.getBytes(StandardCharsets.UTF_8))));
  }

  /** The maker still makes them, so that a reader can follow how. */
  @Test
  void allAreMadeAgain() {
    for (GoldenEnvelope golden : GoldenEnvelopes.all()) {
      assertArrayEquals(golden.envelope(), GoldenMaker.make(golden), golden.name());
    }
  }

  private static byte[] open(GoldenEnvelope golden, byte[] dataKey) {
    WrappedDataKey wrapped = WrappedDataKey.parse(golden.envelope(), 0);
    byte[] out = new byte[golden.envelope().length];
    try (RequestKeyDerivation derivation = new RequestKeyDerivation(dataKey, wrapped);
        EnvelopeOpener opener = new EnvelopeOpener(new JcaAead())) {
      int length =
          opener.open(
              derivation,
              golden.context().canonical(),
              golden.envelope(),
              0,
              golden.envelope().length,
              out,
              0);
      assertEquals(golden.plaintextLength(), length, golden.name());
      return Arrays.copyOf(out, length);
    }
  }
}
