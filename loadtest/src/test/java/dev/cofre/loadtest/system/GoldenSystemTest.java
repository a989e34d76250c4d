package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cofre.contract.envelope.EnvelopeOpener;
import dev.cofre.contract.envelope.JcaAead;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.golden.GoldenEnvelope;
import dev.cofre.contract.golden.GoldenEnvelopes;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import dev.cofre.hsm.WrapRejectedException;
import java.nio.file.Files;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.List;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** The golden envelopes open through a real token, into which this test imports their KEKs. */
class GoldenSystemTest {
  private static final int IV_LENGTH = 12;

  @Test
  void openThroughTheToken() throws Exception {
    List<GoldenEnvelope> all = GoldenEnvelopes.all();
    try (Hsm hsm = SoftHsmToken.login()) {
      importKeks(all);
      for (GoldenEnvelope golden : all) {
        WrappedDataKey wrapped = WrappedDataKey.parse(golden.envelope(), 0);
        byte[] wrap = wrapped.wrap();
        byte[] iv = Arrays.copyOf(wrap, IV_LENGTH);
        byte[] sealed = Arrays.copyOfRange(wrap, IV_LENGTH, wrap.length);
        byte[] aad = wrapped.wrapAad(golden.tenant(), golden.context());
        byte[] dataKey = hsm.unwrap(label(golden), iv, aad, sealed).copy();
        byte[] plaintext = open(golden, dataKey, wrapped);
        assertEquals(golden.plaintextLength(), plaintext.length, golden.name());
        assertArrayEquals(
            golden.plaintextSha256(), GoldenEnvelopes.sha256(plaintext), golden.name());
        byte[] otherTenant = wrapped.wrapAad(golden.tenant() + "x", golden.context());
        assertThrows(
            WrapRejectedException.class,
            () -> hsm.unwrap(label(golden), iv, otherTenant, sealed),
            golden.name());
      }
    }
    System.out.println(all.size() + " golden envelopes opened through the token");
  }

  private static String label(GoldenEnvelope golden) {
    return "golden-" + golden.name();
  }

  /** Creates token objects out of the bytes that stand in the golden files. */
  private static void importKeks(List<GoldenEnvelope> all) throws Exception {
    Provider provider =
        Security.getProvider("SunPKCS11")
            .configure(
                """
                --
                name = golden
                library = "%s"
                slotListIndex = 0
                attributes(*,CKO_SECRET_KEY,*) = {
                  CKA_ENCRYPT = true
                  CKA_DECRYPT = true
                }
                """
                    .formatted(SoftHsmToken.CONFIG.library()));
    KeyStore token = KeyStore.getInstance("PKCS11", provider);
    token.load(null, Files.readString(SoftHsmToken.pinFile()).strip().toCharArray());
    for (GoldenEnvelope golden : all) {
      token.setKeyEntry(label(golden), new SecretKeySpec(golden.kek(), "AES"), null, null);
    }
  }

  private static byte[] open(GoldenEnvelope golden, byte[] dataKey, WrappedDataKey wrapped) {
    byte[] envelope = golden.envelope();
    byte[] out = new byte[envelope.length];
    try (RequestKeyDerivation derivation = new RequestKeyDerivation(dataKey, wrapped);
        EnvelopeOpener opener = new EnvelopeOpener(new JcaAead())) {
      byte[] context = golden.context().canonical();
      int length = opener.open(derivation, context, envelope, 0, envelope.length, out, 0);
      assertEquals(golden.plaintextLength(), length, golden.name());
      return Arrays.copyOf(out, length);
    }
  }
}
