package dev.cofre.contract.envelope;

import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.SALT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/**
 * Derives the request key and the key commitment of suite 1 from a data key and a salt.
 *
 * <p>SP 800-108r1 KDF in counter mode, PRF AES-256-CMAC (SP 800-38B), 8-bit counter after the fixed
 * input, 512 bits out:
 *
 * <pre>
 *   fixed input = wrapped data key (104) ‖ 0x00 × 8 ‖ salt (24) ‖ "cofre" ‖ 0x0200
 *   T(i)        = CMAC(data key, fixed input ‖ i)                       i = 1 … 4
 *   request key = T(1) ‖ T(2)      commitment = T(3) ‖ T(4)
 * </pre>
 *
 * <p>The fixed input and counter are nine AES blocks. The first seven are the same for all requests
 * of a data key, so their chaining value is computed once, here, and a request costs two AES calls
 * of one and four blocks: this is why an AES-based derivation was chosen (docs/adr/0004). Every
 * header byte but the item number is bound by it.
 *
 * <p>Not thread-safe: one per data key and thread. {@link #close()} overwrites what is ours; the
 * cipher's key schedule is re-keyed with zeros.
 */
public final class RequestKeyDerivation implements AutoCloseable {
  /** Request key ‖ commitment. */
  public static final int OUTPUT_LENGTH = KEY_LENGTH + EnvelopeFormat.COMMITMENT_LENGTH;

  private static final int BLOCK = 16;
  private static final int PREFIX_LENGTH = 7 * BLOCK;
  private static final byte[] LABEL = "cofre".getBytes(StandardCharsets.US_ASCII);

  private final Cipher aes;
  private final byte[] prefixState = new byte[BLOCK];
  private final byte[] subkey = new byte[BLOCK];
  private final byte[] state = new byte[BLOCK];
  private final byte[] blocks = new byte[OUTPUT_LENGTH];

  /**
   * Keys the derivation.
   *
   * @param dataKey 32 bytes; not kept
   * @param wrapped the same data key as it stands in the envelope
   */
  public RequestKeyDerivation(byte[] dataKey, WrappedDataKey wrapped) {
    if (dataKey.length != KEY_LENGTH) {
      throw new IllegalArgumentException("a data key has " + KEY_LENGTH + " bytes");
    }
    try {
      aes = Cipher.getInstance("AES/ECB/NoPadding");
      aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(dataKey, "AES"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK's AES cannot be used", e);
    }
    makeSubkey();
    byte[] prefix = new byte[PREFIX_LENGTH];
    wrapped.copyTo(prefix, 0);
    for (int offset = 0; offset < PREFIX_LENGTH; offset += BLOCK) {
      xor(prefixState, prefix, offset, BLOCK);
      encrypt(prefixState, BLOCK);
    }
  }

  /**
   * Derives for one salt.
   *
   * @param salt holds {@value EnvelopeFormat#SALT_LENGTH} bytes from {@code saltOffset} on
   * @param out takes request key ‖ commitment, {@value #OUTPUT_LENGTH} bytes; the caller overwrites
   *     it after use
   */
  public void derive(byte[] salt, int saltOffset, byte[] out) {
    System.arraycopy(prefixState, 0, state, 0, BLOCK);
    xor(state, salt, saltOffset, BLOCK);
    encrypt(state, BLOCK);
    xor(state, subkey, 0, BLOCK);
    xor(state, salt, saltOffset + BLOCK, SALT_LENGTH - BLOCK);
    for (int i = 0; i < LABEL.length; i++) {
      state[8 + i] ^= LABEL[i];
    }
    state[13] ^= (byte) ((OUTPUT_LENGTH * 8) >>> 8);
    state[14] ^= (byte) (OUTPUT_LENGTH * 8);
    for (int i = 0; i < OUTPUT_LENGTH / BLOCK; i++) {
      System.arraycopy(state, 0, blocks, i * BLOCK, BLOCK);
      blocks[i * BLOCK + BLOCK - 1] ^= (byte) (i + 1);
    }
    encrypt(blocks, OUTPUT_LENGTH);
    System.arraycopy(blocks, 0, out, 0, OUTPUT_LENGTH);
    Arrays.fill(blocks, (byte) 0);
    Arrays.fill(state, (byte) 0);
  }

  @Override
  public void close() {
    Arrays.fill(prefixState, (byte) 0);
    Arrays.fill(subkey, (byte) 0);
    try {
      aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(new byte[KEY_LENGTH], "AES"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK's AES cannot be used", e);
    }
  }

  /**
   * K1 of SP 800-38B §6.1: AES(0) doubled in GF(2^128). The message is whole blocks, so K2 is never
   * used.
   */
  private void makeSubkey() {
    encrypt(subkey, BLOCK);
    int carry = (subkey[0] & 0x80) != 0 ? 0x87 : 0;
    for (int i = 0; i < BLOCK - 1; i++) {
      subkey[i] = (byte) (subkey[i] << 1 | (subkey[i + 1] & 0xff) >>> 7);
    }
    subkey[BLOCK - 1] = (byte) (subkey[BLOCK - 1] << 1 ^ carry);
  }

  private void encrypt(byte[] inOut, int length) {
    try {
      aes.update(inOut, 0, length, inOut, 0);
    } catch (ShortBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static void xor(byte[] target, byte[] source, int offset, int length) {
    for (int i = 0; i < length; i++) {
      target[i] ^= source[offset + i];
    }
  }

  static {
    assert WRAPPED_DATA_KEY_LENGTH <= PREFIX_LENGTH;
  }
}
