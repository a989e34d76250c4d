package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * May this principal do this with this key? With the facts that conditions look at. Immutable.
 *
 * @param fromEnvironment the source's, for {@link KeyUse#REENCRYPT}; else null
 * @param context the encryption context
 * @param sourceAddress a literal; empty: not known
 * @param time when; null: now
 * @param authentication how the principal proved who they are
 */
public record AccessQuestion(
    String principal,
    KeyUse action,
    String key,
    Environment fromEnvironment,
    Map<String, String> context,
    String sourceAddress,
    Instant time,
    String authentication) {
  static final Pattern PRINCIPAL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,127}");
  private static final Pattern KEY = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");
  private static final int PAIRS_MAX = 32;
  private static final int PAIR_KEY_MAX = 128;
  private static final int PAIR_VALUE_MAX = 1_024;

  /** Takes a copy. */
  public AccessQuestion {
    context = Map.copyOf(context);
  }

  /**
   * Reads a question.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static AccessQuestion read(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    AccessQuestion question = read(fields);
    fields.end();
    return question;
  }

  static AccessQuestion read(DocumentFields fields) {
    String principal = fields.matching("principal", null, PRINCIPAL, "a principal's id");
    KeyUse action = fields.oneOf("action", null, KeyUse.wireNames(), KeyUse::of);
    String key = fields.matching("key", null, KEY, "a key's alias or id");
    Environment from =
        fields.has("fromEnvironment")
            ? fields.oneOf("fromEnvironment", null, Environment.wireNames(), Environment::of)
            : null;
    if (action == KeyUse.REENCRYPT && from == null) {
      fields.wrong("fromEnvironment", "is missing: reencrypt asks where it comes from");
    }
    Map<String, String> context =
        fields.textMap("context", PAIRS_MAX, PAIR_KEY_MAX, PAIR_VALUE_MAX);
    String address = fields.optionalText("sourceAddress");
    if (address != null && NetworkRange.address(address).isEmpty()) {
      fields.wrong("sourceAddress", "must be an IP address, as 10.1.2.3 or 2001:db8::1");
    }
    Instant time = fields.time("time");
    String authentication =
        fields.oneOf("authentication", "token", PolicyConditions.AUTHENTICATIONS, name -> name);
    return new AccessQuestion(
        principal,
        action,
        key,
        from,
        context,
        address == null ? "" : address,
        time,
        authentication);
  }
}
