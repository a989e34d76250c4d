package dev.cofre.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Tries to read every secret key's bytes out of a token, as its logged-in user, and reports what
 * the token answered.
 *
 * <p>It asks the module itself, not a library in between: C_GetAttributeValue(CKA_VALUE) must be
 * refused and the key be sensitive, never extractable.
 */
public final class KekProof {
  private static final long CKA_CLASS = 0x0;
  private static final long CKA_LABEL = 0x3;
  private static final long CKA_VALUE = 0x11;
  private static final long CKA_SENSITIVE = 0x103;
  private static final long CKA_EXTRACTABLE = 0x162;
  private static final long CKA_NEVER_EXTRACTABLE = 0x164;
  private static final long CKO_SECRET_KEY = 4;
  private static final long ATTRIBUTE_LENGTH = 24;
  private static final int OBJECTS_MAX = 10_000;
  private static final int VALUE_BYTES_MAX = 4096;

  private final Cryptoki module;
  private final long session;
  private final Arena arena;

  private KekProof(Cryptoki module, long session, Arena arena) {
    this.module = module;
    this.session = session;
    this.arena = arena;
  }

  /**
   * What was seen of one key.
   *
   * @param label of its token object
   * @param readable whether its bytes could be read
   * @param guarded whether it is sensitive and was never extractable
   */
  public record Finding(String label, boolean readable, boolean guarded) {}

  /** Logs in to the token of {@code config} and tries all its secret keys. */
  public static List<Finding> run(HsmConfig config, Pin pin) {
    Cryptoki module = Cryptoki.load(config.library());
    long slot =
        config.slot().isPresent() ? config.slot().getAsLong() : module.slotOf(config.tokenLabel());
    try (Arena arena = Arena.ofConfined();
        Cryptoki.Session session = module.login(slot, pin)) {
      return new KekProof(module, session.handle(), arena).findings();
    }
  }

  private List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    for (long object : secretKeys()) {
      boolean sensitive = flag(object, CKA_SENSITIVE);
      boolean extractable = flag(object, CKA_EXTRACTABLE);
      boolean never = flag(object, CKA_NEVER_EXTRACTABLE);
      findings.add(
          new Finding(label(object), readable(object), sensitive && !extractable && never));
    }
    return findings;
  }

  private long[] secretKeys() {
    MemorySegment template = attribute(CKA_CLASS, arena.allocateFrom(JAVA_LONG, CKO_SECRET_KEY));
    Cryptoki.check(
        module.call("C_FindObjectsInit", session, template, 1L),
        "the token's keys cannot be listed");
    MemorySegment objects = arena.allocate(JAVA_LONG, OBJECTS_MAX);
    MemorySegment count = arena.allocate(JAVA_LONG);
    Cryptoki.check(
        module.call("C_FindObjects", session, objects, (long) OBJECTS_MAX, count),
        "the token's keys cannot be listed");
    Cryptoki.check(module.call("C_FindObjectsFinal", session), "the token's keys cannot be listed");
    return objects.asSlice(0, count.get(JAVA_LONG, 0) * Long.BYTES).toArray(JAVA_LONG);
  }

  private boolean readable(long object) {
    MemorySegment value = arena.allocate(VALUE_BYTES_MAX);
    MemorySegment attribute = attribute(CKA_VALUE, value);
    long result = module.call("C_GetAttributeValue", session, object, attribute, 1L);
    long length = attribute.get(JAVA_LONG, 16);
    value.fill((byte) 0);
    return result == CkResult.OK && length > 0;
  }

  private boolean flag(long object, long type) {
    MemorySegment value = arena.allocate(1);
    long result = module.call("C_GetAttributeValue", session, object, attribute(type, value), 1L);
    return result == CkResult.OK && value.get(JAVA_BYTE, 0) != 0;
  }

  private String label(long object) {
    MemorySegment value = arena.allocate(256);
    MemorySegment attribute = attribute(CKA_LABEL, value);
    long result = module.call("C_GetAttributeValue", session, object, attribute, 1L);
    if (result != CkResult.OK) {
      return "?";
    }
    byte[] bytes = value.asSlice(0, attribute.get(JAVA_LONG, 16)).toArray(JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** CK_ATTRIBUTE: type, pointer, length. */
  private MemorySegment attribute(long type, MemorySegment value) {
    MemorySegment attribute = arena.allocate(ATTRIBUTE_LENGTH);
    attribute.set(JAVA_LONG, 0, type);
    attribute.set(ADDRESS, 8, value);
    attribute.set(JAVA_LONG, 16, value.byteSize());
    return attribute;
  }
}
