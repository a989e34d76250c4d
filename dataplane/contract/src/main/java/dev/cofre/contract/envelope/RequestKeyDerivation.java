package dev.cofre.contract.envelope;

import static dev.cofre.contract.envelope.EnvelopeFormat.COMMITMENT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/**
 * Derives the request key and the key commitment of suite 1 from a data key and a salt.
 *
 * <p>SP 800-108r1 KDF in counter mode, PRF AES-256-CMAC (SP 800-38B), 8-bit counter after the fixed
 * input, 640 bits out:
 *
 * <pre>
 *   fixed input = wrapped data key (104) ‖ 0x00 × 8 ‖ salt (24) ‖ "cofre" ‖ 0x0280
 *   T(i)        = CMAC(data key, fixed input ‖ i)                       i = 1 … 5
 *   request key = T(1) ‖ T(2)      commitment = (T(3) ⊕ T(5)) ‖ (T(4) ⊕ T(5))
 * </pre>
 *
 * <p>The fixed input and counter are nine AES blocks. The first seven are the same for all requests
 * of a data key, so their chaining value is computed once, here, and a request costs two AES calls
 * of one and five blocks: this is why an AES-based derivation was chosen (docs/adr/0004). Every
 * header byte but the item number is bound by it.
 *
 * <p>T(5) is there because CMAC can be inverted by who knows the key: T(3) ‖ T(4) alone would be a
 * commitment that 2^64 work finds two data keys for. The sums cannot be inverted (docs/PROTOCOL.md,
 * "Key commitment").
 *
 * <p>Not thread-safe: one per data key and thread. {@link #close()} overwrites what is ours; the
 * cipher's key schedule is re-keyed with zeros, and no derivation is possible after it.
 */
public final class RequestKeyDerivation implements AutoCloseable {
  /** Request key ‖ commitment. */
  public static final int OUTPUT_LENGTH = KEY_LENGTH + COMMITMENT_LENGTH;

  private static final int BLOCK = 16;
  private static final int PREFIX_LENGTH = 7 * BLOCK;
  private static final int COUNTER_MAX = 5;
  private static final int KDF_LENGTH = COUNTER_MAX * BLOCK;

  /** The last eight bytes of the message: "cofre" ‖ 0x0280 ‖ the counter's place. */
  private static final long TAIL = 0x636f667265_0280_00L;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final WrappedDataKey wrapped;
  private final Cipher aes;
  // Two buffers: in place, the provider would copy its input.
  private final byte[] in = new byte[KDF_LENGTH];
  private final byte[] blocks = new byte[KDF_LENGTH];
  private long prefixHigh;
  private long prefixLow;
  private long subkeyHigh;
  private long subkeyLow;
  private boolean closed;

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
    this.wrapped = wrapped;
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
      put(0, prefixHigh ^ get(prefix, offset), prefixLow ^ get(prefix, offset + 8));
      encrypt(BLOCK);
      prefixHigh = get(blocks, 0);
      prefixLow = get(blocks, 8);
    }
    wipe();
  }

  /** The data key as it stands in the envelope: what the derivation binds besides the salt. */
  public WrappedDataKey wrapped() {
    return wrapped;
  }

  /**
   * Derives for one salt.
   *
   * @param salt holds {@value EnvelopeFormat#SALT_LENGTH} bytes from {@code saltOffset} on
   * @param out takes request key ‖ commitment, {@value #OUTPUT_LENGTH} bytes; the caller overwrites
   *     it after use
   * @throws IllegalStateException after {@link #close()}: zeros are not a key
   */
  public void derive(byte[] salt, int saltOffset, byte[] out) {
    requireOpen();
    put(0, prefixHigh ^ get(salt, saltOffset), prefixLow ^ get(salt, saltOffset + 8));
    encrypt(BLOCK);
    long high = get(blocks, 0) ^ subkeyHigh ^ get(salt, saltOffset + 16);
    long low = get(blocks, 8) ^ subkeyLow ^ TAIL;
    for (int i = 1; i <= COUNTER_MAX; i++) {
      put((i - 1) * BLOCK, high, low ^ i);
    }
    encrypt(KDF_LENGTH);
    System.arraycopy(blocks, 0, out, 0, KEY_LENGTH);
    long sumHigh = get(blocks, 4 * BLOCK);
    long sumLow = get(blocks, 4 * BLOCK + 8);
    for (int offset = KEY_LENGTH; offset < OUTPUT_LENGTH; offset += BLOCK) {
      LONG.set(out, offset, get(blocks, offset) ^ sumHigh);
      LONG.set(out, offset + 8, get(blocks, offset + 8) ^ sumLow);
    }
    wipe();
  }

  @Override
  public void close() {
    closed = true;
    prefixHigh = 0;
    prefixLow = 0;
    subkeyHigh = 0;
    subkeyLow = 0;
    try {
      aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(new byte[KEY_LENGTH], "AES"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK's AES cannot be used", e);
    }
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the data key was given up");
    }
  }

  /**
   * K1 of SP 800-38B §6.1: AES(0) doubled in GF(2^128). The message is whole blocks, so K2 is never
   * used.
   */
  private void makeSubkey() {
    encrypt(BLOCK);
    long high = get(blocks, 0);
    long low = get(blocks, 8);
    subkeyHigh = high << 1 | low >>> 63;
    subkeyLow = low << 1 ^ (high < 0 ? 0x87 : 0);
  }

  private void encrypt(int length) {
    try {
      aes.update(in, 0, length, blocks, 0);
    } catch (ShortBufferException e) {
      throw new AssertionError(e);
    }
  }

  private void wipe() {
    Arrays.fill(in, (byte) 0);
    Arrays.fill(blocks, (byte) 0);
  }

  private void put(int offset, long high, long low) {
    LONG.set(in, offset, high);
    LONG.set(in, offset + 8, low);
  }

  private static long get(byte[] bytes, int offset) {
    return (long) LONG.get(bytes, offset);
  }

  static {
    assert WRAPPED_DATA_KEY_LENGTH <= PREFIX_LENGTH;
  }
}
