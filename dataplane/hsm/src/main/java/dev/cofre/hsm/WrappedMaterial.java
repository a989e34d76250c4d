package dev.cofre.hsm;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cofre.contract.transport.KeyCheckValue;
import dev.cofre.contract.transport.WrappingAlgorithm;
import java.lang.foreign.MemorySegment;

/**
 * Wrapped material as it was sent, and the pair that opens it. It can be made an object of the
 * token as often as one likes. Not thread-safe; of one session.
 */
final class WrappedMaterial {
  private static final long CKM_RSA_X_509 = 0x3;

  private final TokenTransport token;
  private final long pair;
  private final KeyTransport.WrappingKey key;
  private final MemorySegment sealed;
  private final MemorySegment kwp;

  /**
   * {@code wrapped} to the pair whose private half is {@code pair}.
   *
   * @throws MaterialRejectedException when its length is wrong
   */
  WrappedMaterial(TokenTransport token, long pair, KeyTransport.WrappingKey key, byte[] wrapped) {
    int rsaBytes = key.publicKey().bytes();
    int expected = key.algorithm().wrappedLength(rsaBytes);
    if (wrapped.length != expected) {
      throw new MaterialRejectedException(
          "wrapped material has " + expected + " bytes with this wrapping, not " + wrapped.length);
    }
    this.token = token;
    this.pair = pair;
    this.key = key;
    MemorySegment all = token.bytes(wrapped);
    this.sealed = all.asSlice(0, rsaBytes);
    this.kwp = all.asSlice(rsaBytes);
  }

  /** Its check value, when it is 32 bytes that are not all zero. */
  KeyCheckValue check() {
    long trial = place(token.trial());
    KeyCheckValue check = token.check(trial);
    if (check.isOfZeros()) {
      throw new MaterialRejectedException("the material is all zeros");
    }
    // KWP to 40 bytes of what works as an AES key, and a decoded block, are of 32 bytes already.
    if (!key.algorithm().isIndirect()
        && key.through() == KeyTransport.Through.HSM
        && token.valueLength(trial) != WrappingAlgorithm.MATERIAL_LENGTH) {
      throw new MaterialRejectedException("the material does not have 32 bytes");
    }
    return check;
  }

  /** Makes it the object that {@code as} describes; the handle. */
  long place(Template as) {
    if (key.through() == KeyTransport.Through.HSM) {
      return key.algorithm().isIndirect()
          ? token.unwrapKwp(token.unwrapOaep(key.algorithm(), pair, sealed, between()), kwp, as)
          : token.unwrapOaep(key.algorithm(), pair, sealed, as);
    }
    try (OaepBlock block = new OaepBlock(token, key.publicKey().bytes())) {
      decrypt(block.block());
      MemorySegment message = block.decode();
      if (message == null) {
        throw new MaterialRejectedException(
            "the material was not wrapped to this key, or in another way");
      }
      return key.algorithm().isIndirect()
          ? token.unwrapKwp(token.create(between().memory(Template.CKA_VALUE, message)), kwp, as)
          : token.create(as.memory(Template.CKA_VALUE, message));
    }
  }

  private Template between() {
    return token.sessionKey(false).flag(Template.CKA_UNWRAP, true);
  }

  /** The bare RSA operation, inside the token. */
  private void decrypt(MemorySegment block) {
    Pkcs11Functions functions = token.session().functions();
    long session = token.session().handle();
    MemorySegment length = token.arena().allocateFrom(JAVA_LONG, block.byteSize());
    TokenTransport.checked(functions.decryptInit(session, token.mechanism(CKM_RSA_X_509), pair));
    TokenTransport.checked(functions.decrypt(session, sealed, sealed.byteSize(), block, length));
    if (length.get(JAVA_LONG, 0) != block.byteSize()) {
      throw new TokenFailure("the token's RSA operation gave a block of another length");
    }
  }

  /** It in clear, for a KEK that lives wrapped by another; the caller closes it. */
  ClearKey open() {
    Template readable =
        new Template(token.arena())
            .number(Template.CKA_CLASS, Template.CKO_SECRET_KEY)
            .number(Template.CKA_KEY_TYPE, Template.CKK_AES)
            .flag(Template.CKA_TOKEN, false)
            .flag(Template.CKA_PRIVATE, true)
            .flag(Template.CKA_SENSITIVE, false)
            .flag(Template.CKA_EXTRACTABLE, true);
    ClearKey clear = ClearKey.ofLength(WrappingAlgorithm.MATERIAL_LENGTH);
    boolean done = false;
    try {
      long object = place(readable);
      Template value = new Template(token.arena()).memory(Template.CKA_VALUE, clear.memory());
      MemorySegment array = value.segment();
      TokenTransport.checked(
          token
              .session()
              .functions()
              .getAttributeValue(token.session().handle(), object, array, 1));
      if (Template.length(array) != WrappingAlgorithm.MATERIAL_LENGTH) {
        throw new MaterialRejectedException("the material does not have 32 bytes");
      }
      done = true;
      return clear;
    } finally {
      DeadStack.wipe();
      if (!done) {
        clear.close();
      }
    }
  }
}
