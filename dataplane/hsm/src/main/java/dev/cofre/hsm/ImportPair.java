package dev.cofre.hsm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cofre.contract.transport.RecipientKey;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.OptionalLong;

/** The RSA pair of one import: its private half is a token object, the other is only read. */
final class ImportPair {
  private static final long CKM_RSA_PKCS_KEY_PAIR_GEN = 0x0;
  private static final byte[] EXPONENT = {1, 0, 1};
  private static final long MODULUS_MAX = 512;

  private ImportPair() {}

  /** Generates it in the token, fit for the one way that material goes. */
  static RecipientKey generate(
      TokenTransport token, String label, int bits, KeyTransport.Through through) {
    Template publicHalf =
        new Template(token.arena())
            .flag(Template.CKA_TOKEN, false)
            .number(Template.CKA_MODULUS_BITS, bits)
            .bytes(Template.CKA_PUBLIC_EXPONENT, EXPONENT);
    Template privateHalf =
        new Template(token.arena())
            .text(Template.CKA_LABEL, label)
            .flag(Template.CKA_TOKEN, true)
            .flag(Template.CKA_PRIVATE, true)
            .flag(Template.CKA_SENSITIVE, true)
            .flag(Template.CKA_EXTRACTABLE, false)
            .flag(Template.CKA_SIGN, false)
            .flag(Template.CKA_UNWRAP, through == KeyTransport.Through.HSM)
            .flag(Template.CKA_DECRYPT, through == KeyTransport.Through.MEMORY);
    MemorySegment publicKey = token.arena().allocate(JAVA_LONG);
    MemorySegment privateKey = token.arena().allocate(JAVA_LONG);
    TokenTransport.checked(
        token
            .functions()
            .generateKeyPair(
                token.session().handle(),
                token.mechanism(CKM_RSA_PKCS_KEY_PAIR_GEN),
                publicHalf,
                privateHalf,
                publicKey,
                privateKey));
    return read(token, publicKey.get(JAVA_LONG, 0));
  }

  private static RecipientKey read(TokenTransport token, long publicKey) {
    Template template = new Template(token.arena()).room(Template.CKA_MODULUS, MODULUS_MAX);
    MemorySegment array = template.segment();
    TokenTransport.checked(
        token
            .session()
            .functions()
            .getAttributeValue(token.session().handle(), publicKey, array, 1));
    byte[] modulus = template.first().asSlice(0, Template.length(array)).toArray(JAVA_BYTE);
    try {
      RSAPublicKey key =
          (RSAPublicKey)
              KeyFactory.getInstance("RSA")
                  .generatePublic(
                      new RSAPublicKeySpec(
                          new BigInteger(1, modulus), new BigInteger(1, EXPONENT)));
      return new RecipientKey(key);
    } catch (GeneralSecurityException e) {
      throw new HsmException("the HSM made an RSA key that cannot be used", e);
    }
  }

  /** The handle of the private half with {@code label}. */
  static OptionalLong find(TokenTransport token, String label) {
    return token
        .keys()
        .find(
            new Template(token.arena())
                .number(Template.CKA_CLASS, Template.CKO_PRIVATE_KEY)
                .flag(Template.CKA_TOKEN, true)
                .text(Template.CKA_LABEL, label));
  }

  /** A public key that wraps, as an object of the session. */
  static long recipient(TokenTransport token, RecipientKey recipient) {
    return token.create(
        new Template(token.arena())
            .number(Template.CKA_CLASS, Template.CKO_PUBLIC_KEY)
            .number(Template.CKA_KEY_TYPE, Template.CKK_RSA)
            .flag(Template.CKA_TOKEN, false)
            .flag(Template.CKA_WRAP, true)
            .bytes(Template.CKA_MODULUS, unsigned(recipient.key().getModulus()))
            .bytes(Template.CKA_PUBLIC_EXPONENT, EXPONENT));
  }

  private static byte[] unsigned(BigInteger number) {
    byte[] bytes = number.toByteArray();
    return bytes[0] == 0 ? java.util.Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
  }
}
