package dev.cofre.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Finding, making and destroying keys of a token by their labels, through one session.
 *
 * <p>A label is looked for by the token itself: however many keys it holds, none but the one is
 * listed. Not thread-safe, as the session is not.
 */
final class TokenKeys {
  private static final long CKM_AES_KEY_GEN = 0x1080;
  private static final long MECHANISM_LENGTH = 24;
  private static final long KEK_LENGTH = 32;
  private static final int LABEL_MAX = 256;
  private static final int LISTED_AT_ONCE = 256;
  private static final int LOOKS_MAX = 8;
  private static final long SESSION_INFO_LENGTH = 32;
  private static final long STATE_OFFSET = 8;
  private static final long CKS_RO_USER_FUNCTIONS = 1;
  private static final long CKS_RW_USER_FUNCTIONS = 3;

  private final Cryptoki.Session session;
  private final long slot;
  private final Pkcs11Functions functions;

  TokenKeys(Cryptoki.Session session, long slot) {
    this.session = session;
    this.slot = slot;
    this.functions = session.functions();
  }

  /** The handle of the secret key with {@code label}. */
  OptionalLong findKek(String label) {
    try (Arena arena = Arena.ofConfined()) {
      return find(
          arena,
          new Template(arena)
              .number(Template.CKA_CLASS, Template.CKO_SECRET_KEY)
              .flag(Template.CKA_TOKEN, true)
              .text(Template.CKA_LABEL, label));
    }
  }

  /**
   * The labels of all secret keys of the token. A key that is gone once its label is asked for was
   * destroyed, or all handles ended with a login; so the list is made again.
   */
  Set<String> kekLabels() {
    for (int look = 0; look < LOOKS_MAX; look++) {
      List<Long> handles = kekHandles();
      List<String> labels = handles.stream().flatMap(handle -> label(handle).stream()).toList();
      if (labels.size() == handles.size()) {
        return new HashSet<>(labels);
      }
    }
    throw new TokenFailure("the token's keys change while they are listed");
  }

  /** The handles of all secret keys of the token. */
  List<Long> kekHandles() {
    List<Long> seen = listed();
    if (!seen.isEmpty()) {
      return seen;
    }
    requireSight();
    return listed();
  }

  private List<Long> listed() {
    List<Long> handles = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      Template template =
          new Template(arena)
              .number(Template.CKA_CLASS, Template.CKO_SECRET_KEY)
              .flag(Template.CKA_TOKEN, true);
      MemorySegment page = arena.allocate(JAVA_LONG, LISTED_AT_ONCE);
      MemorySegment count = arena.allocate(JAVA_LONG);
      checked(functions.findObjectsInit(session.handle(), template.segment(), template.count()));
      long result;
      do {
        result = functions.findObjects(session.handle(), page, LISTED_AT_ONCE, count);
        for (long i = 0; result == CkResult.OK && i < count.get(JAVA_LONG, 0); i++) {
          handles.add(page.getAtIndex(JAVA_LONG, i));
        }
      } while (result == CkResult.OK && count.get(JAVA_LONG, 0) > 0);
      checked(functions.findObjectsFinal(session.handle()));
      checked(result);
    }
    return handles;
  }

  /** The label of {@code object}; empty when it is gone. */
  Optional<String> label(long object) {
    try (Arena arena = Arena.ofConfined()) {
      Template template = new Template(arena).room(Template.CKA_LABEL, LABEL_MAX);
      MemorySegment array = template.segment();
      return functions.getAttributeValue(session.handle(), object, array, 1) == CkResult.OK
          ? Optional.of(text(template.first(), Template.length(array)))
          : Optional.empty();
    }
  }

  /** Whether any object of the token has {@code label}. */
  boolean isTaken(String label) {
    return findAny(label).isPresent();
  }

  /** The handle of any object of the token that has {@code label}. */
  OptionalLong findAny(String label) {
    try (Arena arena = Arena.ofConfined()) {
      return find(
          arena,
          new Template(arena).flag(Template.CKA_TOKEN, true).text(Template.CKA_LABEL, label));
    }
  }

  /** The handle of an object that {@code template} describes. */
  OptionalLong find(Template template) {
    try (Arena arena = Arena.ofConfined()) {
      return find(arena, template);
    }
  }

  /** Looks twice before it says no: another thread may have logged in after the first look. */
  private OptionalLong find(Arena arena, Template template) {
    OptionalLong found = look(arena, template);
    if (found.isPresent()) {
      return found;
    }
    requireSight();
    return look(arena, template);
  }

  private OptionalLong look(Arena arena, Template template) {
    MemorySegment object = arena.allocate(JAVA_LONG);
    MemorySegment count = arena.allocate(JAVA_LONG);
    checked(functions.findObjectsInit(session.handle(), template.segment(), template.count()));
    long result = functions.findObjects(session.handle(), object, 1, count);
    checked(functions.findObjectsFinal(session.handle()));
    checked(result);
    return count.get(JAVA_LONG, 0) == 0
        ? OptionalLong.empty()
        : OptionalLong.of(object.get(JAVA_LONG, 0));
  }

  /** A token that was logged out or taken away finds nothing, and reports no error. */
  private void requireSight() {
    if (!isLoggedIn()) {
      throw new TokenFailure("the session is not logged in");
    }
    if (!session.cryptoki().isPresent(slot)) {
      throw new TokenFailure("the token cannot be read");
    }
  }

  /** Whether the session lives and the user is logged in. */
  boolean isLoggedIn() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(SESSION_INFO_LENGTH, Long.BYTES);
      long state =
          functions.getSessionInfo(session.handle(), info) == CkResult.OK
              ? info.get(JAVA_LONG, STATE_OFFSET)
              : -1;
      return state == CKS_RO_USER_FUNCTIONS || state == CKS_RW_USER_FUNCTIONS;
    }
  }

  /**
   * Generates an AES-256 KEK in the token: complete with its label, or not at all.
   *
   * @return its handle
   */
  long generateKek(String label, boolean exportable) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mechanism = arena.allocate(MECHANISM_LENGTH, Long.BYTES);
      mechanism.set(JAVA_LONG, 0, CKM_AES_KEY_GEN);
      mechanism.set(ADDRESS, 8, MemorySegment.NULL);
      Template template = kek(arena, label, exportable).number(Template.CKA_VALUE_LEN, KEK_LENGTH);
      MemorySegment made = arena.allocate(JAVA_LONG);
      checked(
          functions.generateKey(
              session.handle(), mechanism, template.segment(), template.count(), made));
      return made.get(JAVA_LONG, 0);
    }
  }

  /** What a KEK of the token is, however it comes to be there. */
  static Template kek(Arena arena, String label, boolean exportable) {
    return new Template(arena)
        .number(Template.CKA_CLASS, Template.CKO_SECRET_KEY)
        .number(Template.CKA_KEY_TYPE, Template.CKK_AES)
        .text(Template.CKA_LABEL, label)
        .flag(Template.CKA_TOKEN, true)
        .flag(Template.CKA_PRIVATE, true)
        .flag(Template.CKA_SENSITIVE, true)
        .flag(Template.CKA_EXTRACTABLE, exportable)
        .flag(Template.CKA_ENCRYPT, true)
        .flag(Template.CKA_DECRYPT, true)
        .flag(Template.CKA_WRAP, false)
        .flag(Template.CKA_UNWRAP, false);
  }

  void destroy(long object) {
    checked(functions.destroyObject(session.handle(), object));
  }

  /** The handle of a private key of the token with {@code id}. */
  OptionalLong findPrivateKey(byte[] id) {
    return findPrivateKey(id, true);
  }

  /** The same of the token, or of a session that this process has with it. */
  OptionalLong findPrivateKey(byte[] id, boolean ofToken) {
    try (Arena arena = Arena.ofConfined()) {
      return find(
          arena,
          new Template(arena)
              .number(Template.CKA_CLASS, Template.CKO_PRIVATE_KEY)
              .flag(Template.CKA_TOKEN, ofToken)
              .bytes(Template.CKA_ID, id));
    }
  }

  /** Gives {@code object} another id; whoever looks for the former one does not find it. */
  void changeId(long object, byte[] id) {
    try (Arena arena = Arena.ofConfined()) {
      Template template = new Template(arena).bytes(Template.CKA_ID, id);
      checked(
          functions.setAttributeValue(
              session.handle(), object, template.segment(), template.count()));
    }
  }

  /**
   * A copy of {@code object} that lives in this session, guarded as it is; empty when the module
   * makes none.
   */
  OptionalLong copy(long object) {
    try (Arena arena = Arena.ofConfined()) {
      Template template = new Template(arena).flag(Template.CKA_TOKEN, false);
      MemorySegment copy = arena.allocate(JAVA_LONG);
      long result =
          functions.copyObject(
              session.handle(), object, template.segment(), template.count(), copy);
      return result == CkResult.OK ? OptionalLong.of(copy.get(JAVA_LONG, 0)) : OptionalLong.empty();
    }
  }

  /** Whether {@code object} is still there and has {@code label}. */
  boolean isStill(long object, String label) {
    return label(object).filter(label::equals).isPresent();
  }

  private static String text(MemorySegment value, long length) {
    return new String(value.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
  }

  private static void checked(long result) {
    if (result != CkResult.OK) {
      throw new TokenFailure(result);
    }
  }
}
