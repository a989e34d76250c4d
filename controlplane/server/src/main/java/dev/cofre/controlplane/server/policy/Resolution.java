package dev.cofre.controlplane.server.policy;

import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.PolicyDocument;
import dev.cofre.controlplane.domain.PolicyStatement;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.server.keys.KeySelection;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the principals, groups and keys that a document names; keys stand by their ids afterwards,
 * so that another key under the same alias is never meant. Not thread-safe.
 */
final class Resolution {
  private final Transaction tx;
  private final String tenant;
  private final List<FieldError> errors = new ArrayList<>();

  private Resolution(Transaction tx, String tenant) {
    this.tx = tx;
    this.tenant = tenant;
  }

  static PolicyDocument resolve(Transaction tx, PolicyDocument document, String tenant) {
    Resolution resolution = new Resolution(tx, tenant);
    List<PolicyStatement> statements = new ArrayList<>();
    for (int i = 0; i < document.statements().size(); i++) {
      statements.add(resolution.statement(document.statements().get(i), "statements[" + i + "]."));
    }
    if (!resolution.errors.isEmpty()) {
      throw new InvalidDocumentException(resolution.errors);
    }
    return new PolicyDocument(
        document.name(), document.description(), document.notAfter(), statements, document.tests());
  }

  private PolicyStatement statement(PolicyStatement statement, String path) {
    for (String principal : statement.principals()) {
      if (!exists(tx, tenant, principal)) {
        wrong(path + "principals", "names " + principal + ", which does not exist");
      }
    }
    Set<String> keys = new LinkedHashSet<>();
    for (String name : statement.keys()) {
      if (PolicyStatement.isPattern(name)) {
        keys.add(name);
        continue;
      }
      Optional<KmsKey> key = KeySelection.find(tx, tenant, name);
      if (key.isEmpty()) {
        wrong(path + "keys", "names " + name + ", which does not exist");
      } else if (statement.environment() != null
          && key.get().draft().environment() != statement.environment()) {
        wrong(
            path + "keys",
            "names "
                + name
                + ", which is of the environment "
                + key.get().draft().environment().wireName());
      } else {
        keys.add(key.get().id().toString());
      }
    }
    return statement.about(List.copyOf(keys));
  }

  private void wrong(String field, String message) {
    errors.add(new FieldError(field, message));
  }

  /** Whether there is a principal or group {@code reference} in {@code tenant}. */
  static boolean exists(Transaction tx, String tenant, String reference) {
    if (reference.startsWith(PolicyStatement.GROUP)) {
      String name = reference.substring(PolicyStatement.GROUP.length());
      return tx.groups().find(tenant, name).isPresent();
    }
    return tx.principals()
        .find(reference)
        .map(Principal::tenant)
        .filter(tenant::equals)
        .isPresent();
  }
}
