package dev.cofre.dataplane.server;

import dev.cofre.engine.audit.AuditLog;
import dev.cofre.hsm.Hsm;
import java.util.function.UnaryOperator;

/**
 * What a program that measures a node puts between it and its parts. No setting leads here: a node
 * that is configured has {@link #NONE}. Immutable.
 *
 * @param audit takes the node's log, and answers with what requests append to
 * @param hsm takes the token that the node has logged in to, and answers with what it asks
 */
public record Instruments(UnaryOperator<AuditLog> audit, UnaryOperator<Hsm> hsm) {
  /** Nothing: as a node runs. */
  public static final Instruments NONE =
      new Instruments(UnaryOperator.identity(), UnaryOperator.identity());

  /** The same with {@code other} before the audit log. */
  public Instruments withAudit(UnaryOperator<AuditLog> other) {
    return new Instruments(other, hsm);
  }

  /** The same with {@code other} before the token. */
  public Instruments withHsm(UnaryOperator<Hsm> other) {
    return new Instruments(audit, other);
  }
}
