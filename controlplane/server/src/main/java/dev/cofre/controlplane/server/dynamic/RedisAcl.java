package dev.cofre.controlplane.server.dynamic;

import dev.cofre.controlplane.domain.TargetGrant;
import dev.cofre.controlplane.domain.TargetGrant.Privilege;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * The rules of Redis's access control, made of words that stand here and of names that hold nothing
 * but what {@link TargetGrant#isPattern} allows. Stateless.
 *
 * <p>Each grant is a selector of its own: what one gives on its keys is given on no other one's.
 * Within it come categories, from which what is not bound to keys is taken away, and single
 * commands.
 */
final class RedisAcl {
  /** What all marks of users that were made begin with. */
  static final String MADE = "cofre-rotation-of-secret-";

  private static final String ALL = "*";

  /** What connections need before they do anything, and transactions, of which each part counts. */
  private static final List<String> CONNECTION =
      List.of(
          "resetchannels",
          "sanitize-payload",
          "+ping",
          "+client|setname",
          "+client|getname",
          "+client|id",
          "+multi",
          "+exec",
          "+discard",
          "+unwatch");

  /**
   * Nothing that acts on the server, or on keys that it does not name; nor PFMERGE, of which Redis
   * 7.0 does not look at the key when it has no second one.
   */
  private static final String NOT_BOUND_TO_KEYS =
      " -@admin -@dangerous -@scripting -@keyspace -pfmerge";

  private static final String OF_ANY_TYPE = " +exists +type +watch";
  private static final String READING = " +ttl +pttl +expiretime +pexpiretime";
  private static final String WRITING =
      " +del +unlink +expire +pexpire +expireat +pexpireat +persist";
  private static final String BOTH = " +rename +renamenx";
  private static final String SUBSCRIBING =
      " +subscribe +unsubscribe +psubscribe +punsubscribe +ssubscribe +sunsubscribe";
  private static final String PUBLISHING = " +publish +spublish";

  private RedisAcl() {}

  /** What gives a user that has nothing what {@code grants} say. */
  static List<String> rules(List<TargetGrant> grants) throws TargetException {
    List<String> rules = new ArrayList<>(CONNECTION);
    for (TargetGrant grant : grants) {
      rules.add(
          switch (grant.on()) {
            case KEYS -> keys(grant);
            case CHANNELS -> channels(grant);
            case SCHEMA, TABLES, SEQUENCES, RESOURCES, PREFIXES ->
                throw refused("a grant of the role is not one for Redis");
          });
    }
    return rules;
  }

  private static String keys(TargetGrant grant) throws TargetException {
    boolean reads = grant.privileges().contains(Privilege.READ);
    boolean writes = grant.privileges().contains(Privilege.WRITE);
    if (!reads && !writes) {
      throw refused("a grant of the role gives nothing");
    }
    String access = " %" + (reads ? "R" : "") + (writes ? "W" : "") + "~";
    StringBuilder rules = new StringBuilder("(resetchannels -@all");
    for (String pattern : patterns(grant)) {
      rules.append(access).append(pattern);
    }
    List<Privilege> types = new ArrayList<>(Privilege.VALUE_TYPES);
    if (grant.privileges().stream().anyMatch(types::contains)) {
      types.retainAll(grant.privileges());
    }
    for (Privilege type : types) {
      rules.append(" +@").append(category(type));
    }
    return rules
        .append(reads ? "" : " -@read")
        .append(writes ? "" : " -@write")
        .append(NOT_BOUND_TO_KEYS)
        .append(OF_ANY_TYPE)
        .append(reads ? READING : "")
        .append(writes ? WRITING : "")
        .append(reads && writes ? BOTH : "")
        .append(')')
        .toString();
  }

  private static String category(Privilege type) throws TargetException {
    return switch (type) {
      case STRING -> "string";
      case HASH -> "hash";
      case LIST -> "list";
      case SET -> "set";
      case SORTEDSET -> "sortedset";
      case STREAM -> "stream";
      case BITMAP -> "bitmap";
      case HYPERLOGLOG -> "hyperloglog";
      case GEO -> "geo";
      default -> throw refused("a grant of the role is not one for Redis");
    };
  }

  private static String channels(TargetGrant grant) throws TargetException {
    StringBuilder rules = new StringBuilder("(resetchannels -@all");
    for (String pattern : patterns(grant)) {
      rules.append(" &").append(pattern);
    }
    return rules
        .append(grant.privileges().contains(Privilege.SUBSCRIBE) ? SUBSCRIBING : "")
        .append(grant.privileges().contains(Privilege.PUBLISH) ? PUBLISHING : "")
        .append(')')
        .toString();
  }

  /**
   * Looked at here, too, whoever has looked before: here they become part of rules.
   *
   * <p>One that stands for all stands alone: after it Redis takes no further one. Of keys it does
   * take them, but not from its ACL file, so it would save users with which it does not start.
   */
  private static List<String> patterns(TargetGrant grant) throws TargetException {
    if (grant.names().isEmpty() || !grant.names().stream().allMatch(TargetGrant::isPattern)) {
      throw refused("a pattern of the role holds characters that patterns may not have");
    }
    return grant.names().contains(ALL) ? List.of(ALL) : grant.names();
  }

  /** Rules that give nothing, and say that the user was made for {@code secret}. */
  static String mark(UUID secret) {
    return "(resetchannels -@all &" + madeFor(secret) + ')';
  }

  /** What the mark of a user that was made for {@code secret} says. */
  static String madeFor(UUID secret) {
    return MADE + secret;
  }

  /** What the mark of a user says whose password the vault's {@code root} may change. */
  static String givenTo(String root) {
    return "cofre-given-to-" + root;
  }

  /**
   * The rule that has {@code password} log in: its SHA-256, so it is not sent itself.
   *
   * @param password of random bits, 256 or more, which its digest does not tell
   */
  static String hash(char[] password) {
    byte[] bytes = RedisConnection.encoded(password);
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private static TargetException refused(String why) {
    return new TargetException(TargetException.Kind.REFUSED, why);
  }
}
