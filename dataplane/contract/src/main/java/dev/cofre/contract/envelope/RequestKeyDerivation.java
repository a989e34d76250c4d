package dev.cofre.contract.envelope;

import static dev.cofre.contract.envelope.EnvelopeFormat.COMMITMENT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

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
 * <p>Whoever holds many data keys keeps each as a <i>state</i> of {@value #STATE_LENGTH} bytes,
 * data key ‖ chaining value ‖ CMAC subkey, made once by {@link #saveState}: {@link #restore} then
 * costs a change of the AES key and none of the seven blocks.
 *
 * <p>Not thread-safe; keyed for one data key at a time. {@link #close()} overwrites what is ours;
 * the cipher's key schedule is re-keyed with zeros, and no derivation is possible until it is keyed
 * again.
 */
public final class RequestKeyDerivation implements AutoCloseable {
  /** Request key ‖ commitment. */
  public static final int OUTPUT_LENGTH = KEY_LENGTH + COMMITMENT_LENGTH;

  /** Data key ‖ chaining value ‖ CMAC subkey: as secret as the data key. */
  public static final int STATE_LENGTH = KEY_LENGTH + 32;

  private static final int BLOCK = BlockCipher.BLOCK_LENGTH;
  private static final int PREFIX_LENGTH = 7 * BLOCK;
  private static final int COUNTER_MAX = 5;
  private static final int KDF_LENGTH = COUNTER_MAX * BLOCK;

  private static final ByteBuffer ZERO = ByteBuffer.allocateDirect(KEY_LENGTH).asReadOnlyBuffer();

  /** The last eight bytes of the message: "cofre" ‖ 0x0280 ‖ the counter's place. */
  private static final long TAIL = 0x636f667265_0280_00L;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final BlockCipher aes;
  private final byte[] wrapped = new byte[PREFIX_LENGTH];
  // Two buffers: in place, the provider would copy its input.
  private final byte[] in = new byte[KDF_LENGTH];
  private final byte[] blocks = new byte[KDF_LENGTH];
  private long prefixHigh;
  private long prefixLow;
  private long subkeyHigh;
  private long subkeyLow;
  private long generation;
  private boolean keyed;

  /** A derivation by the JDK's AES that is not keyed yet. */
  public RequestKeyDerivation() {
    this(new JcaBlockCipher());
  }

  /** A derivation by {@code aes}, which is its own from now on, that is not keyed yet. */
  public RequestKeyDerivation(BlockCipher aes) {
    this.aes = aes;
  }

  /**
   * A derivation of one data key by the JDK's AES; see {@link #key}.
   *
   * @param dataKey 32 bytes; not kept
   */
  public RequestKeyDerivation(byte[] dataKey, WrappedDataKey wrapped) {
    this();
    if (dataKey.length != KEY_LENGTH) {
      throw new IllegalArgumentException("a data key has " + KEY_LENGTH + " bytes");
    }
    key(ByteBuffer.wrap(dataKey), wrapped);
  }

  /**
   * Keys it for a data key.
   *
   * @param dataKey 32 bytes from 0 on; not kept
   * @param wrapped the same data key as it stands in the envelope
   */
  public void key(ByteBuffer dataKey, WrappedDataKey wrapped) {
    wrapped.copyTo(this.wrapped, 0);
    keyAes(dataKey, 0);
    makeSubkey();
    prefixHigh = 0;
    prefixLow = 0;
    for (int offset = 0; offset < PREFIX_LENGTH; offset += BLOCK) {
      put(
          0,
          prefixHigh ^ get(this.wrapped, offset),
          prefixLow ^ get(this.wrapped, offset + Long.BYTES));
      encrypt(BLOCK);
      prefixHigh = get(blocks, 0);
      prefixLow = get(blocks, Long.BYTES);
    }
    wipe();
  }

  /**
   * Writes the state that {@link #restore} takes, for the {@code dataKey} it is keyed with.
   *
   * @param state takes {@value #STATE_LENGTH} bytes from 0 on; big endian
   */
  public void saveState(ByteBuffer dataKey, ByteBuffer state) {
    requireOpen();
    state.put(0, dataKey, 0, KEY_LENGTH);
    state.putLong(KEY_LENGTH, prefixHigh);
    state.putLong(KEY_LENGTH + 8, prefixLow);
    state.putLong(KEY_LENGTH + 16, subkeyHigh);
    state.putLong(KEY_LENGTH + 24, subkeyLow);
  }

  /**
   * Keys it for the data key whose state was saved.
   *
   * @param states holds {@value #STATE_LENGTH} bytes from {@code stateOffset} on, big endian; not
   *     copied
   * @param wrapped holds the same data key as it stands in the envelope, from {@code wrappedOffset}
   */
  public void restore(ByteBuffer states, int stateOffset, byte[] wrapped, int wrappedOffset) {
    System.arraycopy(wrapped, wrappedOffset, this.wrapped, 0, WRAPPED_DATA_KEY_LENGTH);
    prefixHigh = states.getLong(stateOffset + KEY_LENGTH);
    prefixLow = states.getLong(stateOffset + KEY_LENGTH + 8);
    subkeyHigh = states.getLong(stateOffset + KEY_LENGTH + 16);
    subkeyLow = states.getLong(stateOffset + KEY_LENGTH + 24);
    keyAes(states, stateOffset);
  }

  /** Whether it is keyed for the data key that stands in {@code header} at {@code offset}. */
  public boolean isOf(byte[] header, int offset) {
    return keyed
        && Arrays.equals(
            wrapped, 0, WRAPPED_DATA_KEY_LENGTH, header, offset, offset + WRAPPED_DATA_KEY_LENGTH);
  }

  /** Copies the data key as it stands in the envelope. */
  void copyWrapped(byte[] out, int offset) {
    System.arraycopy(wrapped, 0, out, offset, WRAPPED_DATA_KEY_LENGTH);
  }

  /** Tells apart what it was keyed for: another number for each time. */
  long generation() {
    return generation;
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

  /** Forgets the data key; it may be keyed again. */
  @Override
  public void close() {
    prefixHigh = 0;
    prefixLow = 0;
    subkeyHigh = 0;
    subkeyLow = 0;
    keyAes(ZERO, 0);
    keyed = false;
  }

  void requireOpen() {
    if (!keyed) {
      throw new IllegalStateException("there is no data key, or it was given up");
    }
  }

  private void keyAes(ByteBuffer bytes, int offset) {
    generation++;
    aes.key(bytes, offset);
    keyed = true;
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
    aes.encrypt(in, blocks, length);
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
