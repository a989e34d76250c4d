package dev.cofre.contract.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.digest.ContextDigests;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ErrorCode;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class ProtocolDocumentTest {
  private final Map<String, String> example = ProtocolDocument.example();

  @Test
  void errorsAreThoseOfTheCode() {
    List<List<String>> expected =
        Arrays.stream(ErrorCode.values())
            .map(
                code ->
                    List.of(
                        "`" + code.code() + "`",
                        Integer.toString(code.status()),
                        code.title(),
                        code.isRetryable() ? "yes" : "no"))
            .toList();
    assertEquals(expected, ProtocolDocument.rows("Errors"));
  }

  @Test
  void auditFieldsAreThoseOfTheCode() {
    List<String> documented =
        ProtocolDocument.rows("Audit events").stream()
            .flatMap(row -> Stream.of(row.get(0).split(", ")))
            .map(name -> name.replace("`", ""))
            .toList();
    List<byte[]> digests = List.of(new byte[ContextDigests.LENGTH]);
    List<String> written =
        new ArrayList<>(fields(ContextDigests.of(new UUID(1, 2), digests, List.of("c"), digests)));
    // The one that stands in the place of the others.
    written.add(written.indexOf("contextIndex") + 1, "noDigestKey");
    assertEquals(written, documented);
    written.removeAll(List.of("digestKey", "contextDigests", "contextIndex"));
    assertEquals(written, fields(ContextDigests.NO_KEY));
  }

  private static List<String> fields(ContextDigests contexts) {
    return Pattern.compile("\"([A-Za-z]+)\":")
        .matcher(
            AuditEvent.of(Instant.EPOCH, "n", "r", "a")
                .caller("p", "token", "::1")
                .tenant("t")
                .key("k")
                .used(1, "d")
                .amount(1, 1)
                .contextKeys(List.of("c"))
                .contexts(contexts)
                .failed("internal")
                .count(1)
                .build()
                .toJson())
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  /** Each step by the JDK's ciphers, beside the code that does it in earnest. */
  @Test
  void theExampleHolds() throws GeneralSecurityException {
    byte[] envelope = bytes("envelope");
    WrappedDataKey wrapped = WrappedDataKey.parse(envelope, 0);
    EncryptionContext context = EncryptionContext.parseHeader(example.get("context-header"));
    assertArrayEquals(bytes("context"), context.canonical());
    assertArrayEquals(bytes("wrap-aad"), wrapped.wrapAad(example.get("tenant"), context));
    assertEquals(17, wrapped.keyVersion());
    byte[] wrap = wrapped.wrap();
    byte[] dataKey =
        open(
            bytes("kek"),
            Arrays.copyOf(wrap, 12),
            bytes("wrap-aad"),
            Arrays.copyOfRange(wrap, 12, 60));
    assertArrayEquals(bytes("data-key"), dataKey);
    assertArrayEquals(bytes("salt"), Arrays.copyOfRange(envelope, 104, 128));
    byte[] derived = new byte[RequestKeyDerivation.OUTPUT_LENGTH];
    try (RequestKeyDerivation derivation = new RequestKeyDerivation(dataKey, wrapped)) {
      derivation.derive(envelope, 104, derived);
    }
    assertArrayEquals(bytes("request-key"), Arrays.copyOf(derived, 32));
    assertArrayEquals(bytes("commitment"), Arrays.copyOfRange(derived, 32, 64));
    assertArrayEquals(bytes("commitment"), Arrays.copyOfRange(envelope, 128, 160));
    byte[] segment = Arrays.copyOfRange(envelope, EnvelopeFormat.HEADER_LENGTH, envelope.length);
    assertArrayEquals(
        bytes("plaintext"), open(bytes("request-key"), bytes("nonce"), bytes("context"), segment));
  }

  private byte[] bytes(String field) {
    return HexFormat.of().parseHex(example.get(field));
  }

  private static byte[] open(byte[] key, byte[] nonce, byte[] aad, byte[] sealed)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
    cipher.updateAAD(aad);
    return cipher.doFinal(sealed);
  }
}
