package dev.cofre.hsm;

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
 * refused and the key be sensitive, never extractable. Imported keys only are not extractable: they
 * were somewhere before.
 */
public final class KekProof {
  private static final int OBJECTS_MAX = 10_000;
  private static final int VALUE_BYTES_MAX = 4096;
  private static final int LABEL_BYTES_MAX = 256;
  private static final String NOT_LISTED = "the token's keys cannot be listed";

  private final Pkcs11Functions functions;
  private final long session;
  private final Arena arena;

  private KekProof(Cryptoki.Session session, Arena arena) {
    this.functions = session.functions();
    this.session = session.handle();
    this.arena = arena;
  }

  /**
   * What was seen of one key.
   *
   * @param label of its token object
   * @param readable whether its bytes could be read
   * @param guarded whether it is sensitive and, as far as the token can know, never was extractable
   * @param exportable whether it is sensitive and may be wrapped to leave
   */
  public record Finding(String label, boolean readable, boolean guarded, boolean exportable) {}

  /** Logs in to the token of {@code config} and tries all its secret keys. */
  public static List<Finding> run(HsmConfig config, Pin pin) {
    Cryptoki cryptoki = Cryptoki.load(config);
    if (config.slot().isEmpty()) {
      cryptoki.hasToken(config.tokenLabel());
    }
    long slot = cryptoki.slotOf(config);
    return cryptoki
        .module()
        .call(
            () -> {
              try (Arena arena = Arena.ofConfined();
                  Cryptoki.Session session = cryptoki.login(slot, pin)) {
                return new KekProof(session, arena).findings();
              }
            });
  }

  private List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    for (long object : secretKeys()) {
      boolean sensitive = flag(object, Template.CKA_SENSITIVE);
      boolean extractable = flag(object, Template.CKA_EXTRACTABLE);
      // Some modules do not say it of a session's copy, whose original says it.
      boolean never =
          flag(object, Template.CKA_NEVER_EXTRACTABLE)
              || !flag(object, Template.CKA_TOKEN)
              || !flag(object, Template.CKA_LOCAL);
      findings.add(
          new Finding(
              label(object),
              readable(object),
              sensitive && !extractable && never,
              sensitive && extractable));
    }
    return findings;
  }

  private long[] secretKeys() {
    Template template = new Template(arena).number(Template.CKA_CLASS, Template.CKO_SECRET_KEY);
    CkResult.check(
        functions.findObjectsInit(session, template.segment(), template.count()), NOT_LISTED);
    MemorySegment objects = arena.allocate(JAVA_LONG, OBJECTS_MAX);
    MemorySegment count = arena.allocate(JAVA_LONG);
    CkResult.check(functions.findObjects(session, objects, OBJECTS_MAX, count), NOT_LISTED);
    CkResult.check(functions.findObjectsFinal(session), NOT_LISTED);
    return objects.asSlice(0, count.get(JAVA_LONG, 0) * Long.BYTES).toArray(JAVA_LONG);
  }

  private boolean readable(long object) {
    Template value = new Template(arena).room(Template.CKA_VALUE, VALUE_BYTES_MAX);
    MemorySegment array = value.segment();
    long result = functions.getAttributeValue(session, object, array, 1);
    value.first().fill((byte) 0);
    return result == CkResult.OK && Template.length(array) > 0;
  }

  private boolean flag(long object, long type) {
    Template value = new Template(arena).room(type, 1);
    long result = functions.getAttributeValue(session, object, value.segment(), 1);
    return result == CkResult.OK && value.first().get(JAVA_BYTE, 0) != 0;
  }

  private String label(long object) {
    Template value = new Template(arena).room(Template.CKA_LABEL, LABEL_BYTES_MAX);
    MemorySegment array = value.segment();
    if (functions.getAttributeValue(session, object, array, 1) != CkResult.OK) {
      return "?";
    }
    byte[] bytes = value.first().asSlice(0, Template.length(array)).toArray(JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
