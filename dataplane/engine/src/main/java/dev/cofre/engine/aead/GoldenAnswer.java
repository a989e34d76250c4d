package dev.cofre.engine.aead;

import static dev.cofre.contract.envelope.EnvelopeFormat.COMMITMENT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.SALT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.Aead;
import dev.cofre.contract.envelope.EnvelopeOpener;
import dev.cofre.contract.envelope.EnvelopeSealer;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.WrappedDataKey;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An envelope that every release makes and opens alike: the golden envelope "context" of format 1,
 * whose data key is public. It proves the derivation and the format along with the AEAD.
 */
final class GoldenAnswer {
  private static final HexFormat HEX = HexFormat.of();
  private static final String DATA_KEY =
      "eab24edf3fa9c74e64cd7d247e4183f725b2ae493a9283c6536b98a599d75735";
  private static final String CONTEXT = "app=demo,caf%C3%A9=%E2%98%95,empty=";
  private static final String PLAINTEXT =
      "6e8512af4e59dcc8a56dfff548e57949fd03ad1d95e5520946a9a267beadcef1f5";
  private static final String ENVELOPE =
      "434f464501010101c1468dfd4b6f3f7ff890852801d9c9a300000011a7bc296d"
          + "795554d4378847053f9c6663787bc2eef85c281989d4b4678fcf65aae1e40b45"
          + "38a3122e98b1432c37b81337da1761b49989f29be37c0b57c54a7d75fb4a4dd6"
          + "1b04468d37e8f7e74441cf9480f9ee80aea06bc14ddd229ddbc0ed0c0be99e2a"
          + "f6b9b0894240679abf05f69460d8f4d8e02f69f93cd29e1de02353ce8785798e"
          + "00000000e9efa2ceec7eb0170ac96f497836f5ea9ea016cd305bbb6f566c363d"
          + "444b313f187c92397d4fec4892c7691eb38bf3ba71";

  private GoldenAnswer() {}

  /** Throws an {@link IllegalStateException} when {@code aead} gives another answer. */
  static void prove(String name, Aead aead) {
    byte[] envelope = HEX.parseHex(ENVELOPE);
    byte[] plaintext = HEX.parseHex(PLAINTEXT);
    byte[] aad = EncryptionContext.parseHeader(CONTEXT).canonical();
    WrappedDataKey wrapped = WrappedDataKey.parse(envelope, 0);
    byte[] made = new byte[envelope.length];
    byte[] opened = new byte[plaintext.length];
    int written;
    int refused;
    try (RequestKeyDerivation derivation =
            new RequestKeyDerivation(HEX.parseHex(DATA_KEY), wrapped);
        EnvelopeSealer sealer = new EnvelopeSealer(aead);
        EnvelopeOpener opener = new EnvelopeOpener(aead)) {
      sealer.begin(derivation, (out, offset, length) -> salt(envelope, out, offset));
      sealer.seal(aad, plaintext, 0, plaintext.length, made, 0);
      written = opener.open(derivation, aad, envelope, 0, envelope.length, opened, 0);
      made[WRAPPED_DATA_KEY_LENGTH + SALT_LENGTH + COMMITMENT_LENGTH + Integer.BYTES] ^= 1;
      refused = opener.open(derivation, aad, made, 0, made.length, new byte[plaintext.length], 0);
      made[WRAPPED_DATA_KEY_LENGTH + SALT_LENGTH + COMMITMENT_LENGTH + Integer.BYTES] ^= 1;
    }
    boolean right =
        Arrays.equals(made, envelope)
            && written == plaintext.length
            && Arrays.equals(opened, plaintext)
            && refused == EnvelopeOpener.INVALID;
    if (!right) {
      throw KnownAnswers.wrong(name, "the golden envelope");
    }
  }

  private static void salt(byte[] envelope, byte[] out, int offset) {
    System.arraycopy(envelope, WRAPPED_DATA_KEY_LENGTH, out, offset, SALT_LENGTH);
  }
}
