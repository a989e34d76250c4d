package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads policies' documents. Stateless. Everything that is wrong is named by its path, as {@code
 * statements[2].conditions.time.from}; the depth is that of the language, and every list is
 * bounded.
 */
public final class PolicyReader {
  private static final int ITEMS_MAX = 1_000;
  private static final int TAGS_MAX = 16;
  private static final int DESCRIPTION_MAX = 1_024;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");
  private static final Pattern SID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern KEY = Pattern.compile("\\*|[a-z0-9][a-z0-9._-]{0,127}\\*?");
  private static final String NAME_RULE =
      "1 to 128 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit";

  private PolicyReader() {}

  /**
   * Reads a policy: a document with {@code statements}, or the short form, in which the fields of
   * the only statement stand beside the name.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static PolicyDocument read(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    PolicyDocument read = read(fields);
    fields.requireRight();
    return read;
  }

  /** Reads a policy within another document, whose end tells what was wrong. */
  static PolicyDocument read(DocumentFields fields) {
    String name = fields.matching("name", null, NAME, NAME_RULE);
    String description =
        fields.has("description") ? fields.printable("description", DESCRIPTION_MAX) : "";
    List<PolicyStatement> statements = new ArrayList<>();
    Instant notAfter = null;
    if (fields.has("statements")) {
      notAfter = fields.time("notAfter");
      List<DocumentFields> list = fields.objects("statements", PolicyDocument.STATEMENTS_MAX);
      for (DocumentFields statement : list) {
        statements.add(statement(statement));
        statement.endNested();
      }
      requireSome(fields, list);
    } else {
      statements.add(statement(fields));
    }
    List<PolicyExpectation> tests = new ArrayList<>();
    for (DocumentFields test : fields.objects("tests", PolicyDocument.TESTS_MAX)) {
      AccessQuestion question = AccessQuestion.read(test);
      tests.add(
          new PolicyExpectation(
              question, test.oneOf("expect", null, Effect.wireNames(), Effect::of)));
      test.endNested();
    }
    fields.endNested();
    return new PolicyDocument(name, description, notAfter, statements, tests);
  }

  private static void requireSome(DocumentFields fields, List<DocumentFields> statements) {
    if (statements.isEmpty()) {
      fields.wrong(
          "statements", "must be a list of 1 to " + PolicyDocument.STATEMENTS_MAX + " objects");
    }
  }

  private static PolicyStatement statement(DocumentFields fields) {
    String sid =
        fields.has("sid")
            ? fields.matching("sid", null, SID, "1 to 64 of letters, digits, '.', '_' and '-'")
            : "";
    Effect effect = fields.oneOf("effect", null, Effect.wireNames(), Effect::of);
    boolean any = fields.flag("anyPrincipal");
    List<String> principals = any ? nobody(fields) : principals(fields);
    Set<KeyUse> actions = actions(fields);
    Map<String, String> tags =
        fields.textMap("tags", TAGS_MAX, KeyTags.NAME_MAX, KeyTags.VALUE_MAX);
    List<String> keys =
        tags.isEmpty() ? fields.texts("keys", ITEMS_MAX) : fields.optionalTexts("keys", ITEMS_MAX);
    keys.stream()
        .filter(key -> !KEY.matcher(key).matches())
        .findFirst()
        .ifPresent(
            key ->
                fields.wrong(
                    "keys",
                    "may hold aliases, ids, and the beginning of an alias with a * at its end"));
    Environment environment = environment(fields, "environment");
    Environment from = environment(fields, "fromEnvironment");
    PolicyStatement statement =
        new PolicyStatement(
            sid,
            effect,
            principals,
            any,
            actions,
            keys,
            tags,
            environment,
            from,
            fields.time("notBefore"),
            fields.time("notAfter"),
            ConditionsReader.read(fields.object("conditions")));
    if (statement.isWildcard() && environment == null && (!keys.isEmpty() || !tags.isEmpty())) {
      fields.wrong(
          "environment",
          "is missing: what selects keys by a pattern or tags names one environment");
    }
    checkMove(fields, statement);
    return statement;
  }

  private static void checkMove(DocumentFields fields, PolicyStatement statement) {
    boolean moves = statement.actions().contains(KeyUse.REENCRYPT);
    if (moves && (statement.environment() == null || statement.fromEnvironment() == null)) {
      fields.wrong(
          "fromEnvironment",
          "and environment are both needed: reencrypt is for what crosses from one to the other");
    } else if (moves && statement.environment() == statement.fromEnvironment()) {
      fields.wrong(
          "fromEnvironment",
          "must be another one than environment: within one, decrypt and encrypt suffice");
    } else if (!moves && statement.fromEnvironment() != null) {
      fields.wrong("fromEnvironment", "is for the action reencrypt alone");
    }
  }

  private static Environment environment(DocumentFields fields, String field) {
    return fields.has(field)
        ? fields.oneOf(field, null, Environment.wireNames(), Environment::of)
        : null;
  }

  private static List<String> nobody(DocumentFields fields) {
    if (!fields.optionalTexts("principals", ITEMS_MAX).isEmpty()) {
      fields.wrong("principals", "must be left away where anyPrincipal is true");
    }
    return List.of();
  }

  private static List<String> principals(DocumentFields fields) {
    List<String> principals = fields.texts("principals", ITEMS_MAX);
    Set<String> told = new HashSet<>();
    for (String principal : principals) {
      String id =
          principal.startsWith(PolicyStatement.GROUP)
              ? principal.substring(PolicyStatement.GROUP.length())
              : principal;
      if (principal.contains("*") && told.add("*")) {
        fields.wrong(
            "principals", "must not hold a *; for every workload say \"anyPrincipal\": true");
      } else if (!AccessQuestion.PRINCIPAL.matcher(id).matches() && told.add("")) {
        fields.wrong("principals", "may hold principals' ids and group:NAME only");
      }
    }
    return principals;
  }

  private static Set<KeyUse> actions(DocumentFields fields) {
    Set<KeyUse> actions = EnumSet.noneOf(KeyUse.class);
    boolean told = false;
    for (String action : fields.texts("actions", ITEMS_MAX)) {
      if (KeyUse.wireNames().contains(action)) {
        actions.add(KeyUse.of(action));
      } else if (!told) {
        told = true;
        fields.wrong("actions", "may hold " + String.join(", ", KeyUse.wireNames()) + " only");
      }
    }
    return actions;
  }
}
