package dev.cofre.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cofre.contract.transport.KeyCheckValue;
import dev.cofre.contract.transport.WrappingAlgorithm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The steps of key transport through one session, each a few of the module's calls. Whatever it
 * makes beside KEKs and import pairs is an object of the session. Not thread-safe; lives as long as
 * its arena.
 */
final class TokenTransport {
  private static final long CKM_RSA_PKCS_OAEP = 0x9;
  private static final long CKM_AES_CMAC = 0x108A;
  private static final long CKM_AES_KEY_WRAP_PAD = 0x210A;
  private static final long CKM_AES_KEY_WRAP_KWP = 0x210B;
  private static final long CKM_AES_KEY_GEN = 0x1080;
  private static final long CKM_SHA_1 = 0x220;
  private static final long CKM_SHA256 = 0x250;
  private static final long CKG_MGF1_SHA1 = 1;
  private static final long CKG_MGF1_SHA256 = 2;
  private static final long CKZ_DATA_SPECIFIED = 1;
  private static final long MECHANISM_LENGTH = 24;
  private static final long OAEP_PARAMETERS_LENGTH = 40;
  private static final long WRAPPED_MAX = 4_096;

  private final Cryptoki.Session session;
  private final TokenKeys keys;
  private final TransportFunctions functions;
  private final Arena arena;

  TokenTransport(Cryptoki.Session session, long slot, Arena arena) {
    this.session = session;
    this.keys = new TokenKeys(session, slot);
    this.functions = new TransportFunctions(session.functions());
    this.arena = arena;
  }

  TokenKeys keys() {
    return keys;
  }

  Cryptoki.Session session() {
    return session;
  }

  TransportFunctions functions() {
    return functions;
  }

  Arena arena() {
    return arena;
  }

  /** An AES key of this session: sensitive, and nothing else is said of it. */
  Template sessionKey(boolean extractable) {
    return new Template(arena)
        .number(Template.CKA_CLASS, Template.CKO_SECRET_KEY)
        .number(Template.CKA_KEY_TYPE, Template.CKK_AES)
        .flag(Template.CKA_TOKEN, false)
        .flag(Template.CKA_PRIVATE, true)
        .flag(Template.CKA_SENSITIVE, true)
        .flag(Template.CKA_EXTRACTABLE, extractable);
  }

  /** A key of this session that is there to be checked, and can do nothing else. */
  Template trial() {
    return sessionKey(false).flag(Template.CKA_SIGN, true);
  }

  /** An AES-256 key of this session that wraps and unwraps, and may leave under an RSA key. */
  long generateBetween() {
    Template template =
        sessionKey(true)
            .number(Template.CKA_VALUE_LEN, WrappingAlgorithm.MATERIAL_LENGTH)
            .flag(Template.CKA_WRAP, true)
            .flag(Template.CKA_UNWRAP, true);
    MemorySegment key = arena.allocate(JAVA_LONG);
    checked(
        session
            .functions()
            .generateKey(
                session.handle(),
                mechanism(CKM_AES_KEY_GEN),
                template.segment(),
                template.count(),
                key));
    return key.get(JAVA_LONG, 0);
  }

  long create(Template template) {
    MemorySegment object = arena.allocate(JAVA_LONG);
    checked(functions.createObject(session.handle(), template, object));
    return object.get(JAVA_LONG, 0);
  }

  MemorySegment mechanism(long type) {
    return mechanism(type, MemorySegment.NULL, 0);
  }

  private MemorySegment mechanism(long type, MemorySegment parameters, long length) {
    MemorySegment mechanism = arena.allocate(MECHANISM_LENGTH, Long.BYTES);
    mechanism.set(JAVA_LONG, 0, type);
    mechanism.set(ADDRESS, 8, parameters);
    mechanism.set(JAVA_LONG, 16, length);
    return mechanism;
  }

  /** OAEP with the hash of {@code algorithm}, MGF1 over the same, no label. */
  private MemorySegment oaep(WrappingAlgorithm algorithm) {
    boolean sha256 = algorithm.hash().equals("SHA-256");
    MemorySegment parameters = arena.allocate(OAEP_PARAMETERS_LENGTH, Long.BYTES);
    parameters.set(JAVA_LONG, 0, sha256 ? CKM_SHA256 : CKM_SHA_1);
    parameters.set(JAVA_LONG, 8, sha256 ? CKG_MGF1_SHA256 : CKG_MGF1_SHA1);
    parameters.set(JAVA_LONG, 16, CKZ_DATA_SPECIFIED);
    parameters.set(ADDRESS, 24, MemorySegment.NULL);
    return mechanism(CKM_RSA_PKCS_OAEP, parameters, OAEP_PARAMETERS_LENGTH);
  }

  long unwrapOaep(WrappingAlgorithm algorithm, long by, MemorySegment wrapped, Template as) {
    return unwrap(oaep(algorithm), by, wrapped, as);
  }

  /** KWP under its number of PKCS#11 3.0, or the one that older modules have for it. */
  long unwrapKwp(long by, MemorySegment wrapped, Template as) {
    try {
      return unwrap(mechanism(CKM_AES_KEY_WRAP_KWP), by, wrapped, as);
    } catch (TokenFailure unknown) {
      return unwrap(mechanism(CKM_AES_KEY_WRAP_PAD), by, wrapped, as);
    }
  }

  private long unwrap(MemorySegment mechanism, long by, MemorySegment wrapped, Template as) {
    MemorySegment key = arena.allocate(JAVA_LONG);
    checked(functions.unwrapKey(session.handle(), mechanism, by, wrapped, as, key));
    return key.get(JAVA_LONG, 0);
  }

  byte[] wrapOaep(WrappingAlgorithm algorithm, long by, long key) {
    return wrap(oaep(algorithm), by, key);
  }

  byte[] wrapKwp(long by, long key) {
    try {
      return wrap(mechanism(CKM_AES_KEY_WRAP_KWP), by, key);
    } catch (TokenFailure unknown) {
      return wrap(mechanism(CKM_AES_KEY_WRAP_PAD), by, key);
    }
  }

  private byte[] wrap(MemorySegment mechanism, long by, long key) {
    MemorySegment out = arena.allocate(WRAPPED_MAX);
    MemorySegment length = arena.allocateFrom(JAVA_LONG, WRAPPED_MAX);
    long result = functions.wrapKey(session.handle(), mechanism, by, key, out, length);
    if (result == CkResult.KEY_UNEXTRACTABLE || result == CkResult.KEY_NOT_WRAPPABLE) {
      throw new MaterialRejectedException("the KEK was not made exportable");
    }
    checked(result);
    return out.asSlice(0, length.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
  }

  /** The check value of {@code key}, which may sign; computed inside the token. */
  KeyCheckValue check(long key) {
    MemorySegment zeros = arena.allocate(KeyCheckValue.LENGTH);
    MemorySegment out = arena.allocate(KeyCheckValue.LENGTH);
    MemorySegment length = arena.allocateFrom(JAVA_LONG, KeyCheckValue.LENGTH);
    checked(functions.sign(session.handle(), mechanism(CKM_AES_CMAC), key, zeros, out, length));
    if (length.get(JAVA_LONG, 0) != KeyCheckValue.LENGTH) {
      throw new TokenFailure("the token's CMAC is too short");
    }
    return KeyCheckValue.ofCmac(out.toArray(JAVA_BYTE));
  }

  /** The length in bytes that the token tells of {@code key}; -1 when it tells none. */
  long valueLength(long key) {
    Template template = new Template(arena).room(Template.CKA_VALUE_LEN, Long.BYTES);
    long result =
        session.functions().getAttributeValue(session.handle(), key, template.segment(), 1);
    return result == CkResult.OK ? template.first().get(JAVA_LONG, 0) : -1;
  }

  /** SHA-256 of {@code data} into {@code out}, by the module: nothing of it comes to the heap. */
  void sha256(MemorySegment data, MemorySegment out) {
    MemorySegment length = arena.allocateFrom(JAVA_LONG, out.byteSize());
    checked(functions.digest(session.handle(), mechanism(CKM_SHA256), data, out, length));
  }

  MemorySegment bytes(byte[] bytes) {
    return arena.allocateFrom(JAVA_BYTE, bytes);
  }

  static void checked(long result) {
    if (result != CkResult.OK) {
      throw new TokenFailure(result);
    }
  }
}
