package dev.cofre.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import javax.crypto.AEADBadTagException;

/**
 * One session that encrypts and decrypts with AES-GCM under the token's KEKs: two calls each, over
 * memory that is allocated once.
 *
 * <p>A session's copy of a key is several times faster than the token's own object, which some
 * modules read from storage at each use; so each KEK is copied at its first use, as guarded as it
 * is. Whether the token still holds it is asked again when that was seen more than {@value
 * #TRUST_NS} ns ago: a destroyed key ends.
 *
 * <p>Not thread-safe. Memory: it holds no data key; the module reads and writes those in place.
 */
final class GcmSession {
  private static final long CKM_AES_GCM = 0x1087;
  private static final long MECHANISM_LENGTH = 24;

  /** CK_GCM_PARAMS: IV, its length in bytes, in bits, AAD, its length, tag bits; 8 bytes each. */
  private static final long PARAMETERS_LENGTH = 48;

  private static final long AAD_OFFSET = 24;
  private static final long AAD_LENGTH_OFFSET = 32;
  private static final long TAG_BITS = 128;
  private static final int TAG_LENGTH = 16;
  private static final int KEKS_MAX = 1_024;
  private static final long TRUST_NS = 1_000_000_000L;

  private final Cryptoki.Session session;
  private final Pkcs11Functions functions;
  private final TokenKeys keys;
  private final KekHandles handles;
  private final Map<String, Kek> keks = new LinkedHashMap<>(64, 0.75f, true);
  private final MemorySegment mechanism = memory(MECHANISM_LENGTH);
  private final MemorySegment parameters = memory(PARAMETERS_LENGTH);
  private final MemorySegment iv = memory(Hsm.IV_LENGTH);
  private final MemorySegment outLength = memory(Long.BYTES);
  private MemorySegment aad = memory(512);
  private MemorySegment wrap = memory(64);

  private static final class Kek {
    final long object;
    final OptionalLong copy;
    long seenNs;

    Kek(long object, OptionalLong copy, long seenNs) {
      this.object = object;
      this.copy = copy;
      this.seenNs = seenNs;
    }
  }

  GcmSession(Cryptoki.Session session, long slot, KekHandles handles) {
    this.session = session;
    this.functions = session.functions();
    this.keys = new TokenKeys(session, slot);
    this.handles = handles;
    mechanism.set(JAVA_LONG, 0, CKM_AES_GCM);
    mechanism.set(ADDRESS, 8, parameters);
    mechanism.set(JAVA_LONG, 16, PARAMETERS_LENGTH);
    parameters.set(ADDRESS, 0, iv);
    parameters.set(JAVA_LONG, 8, Hsm.IV_LENGTH);
    parameters.set(JAVA_LONG, 16, Hsm.IV_LENGTH * 8L);
    parameters.set(JAVA_LONG, 40, TAG_BITS);
  }

  /** It lives as long as it is referred to, and is cleared when it is made. */
  private static MemorySegment memory(long length) {
    return Arena.ofAuto().allocate(length, Long.BYTES);
  }

  /** Takes {@code key} from where it lies. */
  byte[] encrypt(String kekLabel, byte[] ivBytes, byte[] aadBytes, ClearKey key) {
    long kek = kek(kekLabel);
    wrap = atLeast(wrap, key.length() + TAG_LENGTH);
    prepare(ivBytes, aadBytes, wrap);
    checked(functions.encryptInit(session.handle(), mechanism, kek));
    checked(functions.encrypt(session.handle(), key.memory(), key.length(), wrap, outLength));
    byte[] wrapped = new byte[outLength()];
    MemorySegment.copy(wrap, JAVA_BYTE, 0, wrapped, 0, wrapped.length);
    return wrapped;
  }

  /** Has the module write the data key to where it will lie. */
  ClearKey decrypt(String kekLabel, byte[] ivBytes, byte[] aadBytes, byte[] wrapped)
      throws AEADBadTagException {
    long kek = kek(kekLabel);
    wrap = atLeast(wrap, wrapped.length);
    MemorySegment.copy(wrapped, 0, wrap, JAVA_BYTE, 0, wrapped.length);
    // With room for the tag, which some modules want to see.
    ClearKey key = ClearKey.ofLength(wrapped.length);
    prepare(ivBytes, aadBytes, key.memory());
    boolean done = false;
    try {
      checked(functions.decryptInit(session.handle(), mechanism, kek));
      long result =
          functions.decrypt(session.handle(), wrap, wrapped.length, key.memory(), outLength);
      if (UnverifiedWrap.isPossible(result)) {
        throw new UnverifiedWrap(result);
      }
      checked(result);
      ClearKey opened = key.cutTo(outLength());
      done = true;
      return opened;
    } finally {
      if (!done) {
        key.close();
      }
    }
  }

  private void prepare(byte[] ivBytes, byte[] aadBytes, MemorySegment out) {
    aad = atLeast(aad, aadBytes.length);
    MemorySegment.copy(ivBytes, 0, iv, JAVA_BYTE, 0, Hsm.IV_LENGTH);
    MemorySegment.copy(aadBytes, 0, aad, JAVA_BYTE, 0, aadBytes.length);
    parameters.set(ADDRESS, AAD_OFFSET, aad);
    parameters.set(JAVA_LONG, AAD_LENGTH_OFFSET, aadBytes.length);
    outLength.set(JAVA_LONG, 0, out.byteSize());
  }

  private static MemorySegment atLeast(MemorySegment memory, int length) {
    return memory.byteSize() >= length ? memory : memory(length);
  }

  private int outLength() {
    return Math.toIntExact(outLength.get(JAVA_LONG, 0));
  }

  /** The handle to work with. */
  private long kek(String label) {
    long now = System.nanoTime();
    Kek known = keks.get(label);
    if (known != null && now - known.seenNs > TRUST_NS) {
      if (keys.isStill(known.object, label)) {
        known.seenNs = now;
      } else {
        keks.remove(label);
        forget(known);
        known = null;
      }
    }
    if (known == null) {
      known = find(label, now);
    }
    return known.copy.orElse(known.object);
  }

  private Kek find(String label, long now) {
    long object = handles.find(keys, label).orElseThrow(() -> new KekMissingException(label));
    Kek found = new Kek(object, keys.copy(object), now);
    keks.put(label, found);
    if (keks.size() > KEKS_MAX) {
      Iterator<Kek> eldest = keks.values().iterator();
      Kek leaving = eldest.next();
      eldest.remove();
      forget(leaving);
    }
    return found;
  }

  private void forget(Kek kek) {
    kek.copy.ifPresent(copy -> functions.destroyObject(session.handle(), copy));
  }

  private static void checked(long result) {
    if (result != CkResult.OK) {
      throw new TokenFailure(result);
    }
  }

  /** Ends the session, and with it its copies. */
  void close() {
    session.close();
  }
}
