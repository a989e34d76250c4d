package dev.cofre.controlplane.server.schedule;

import dev.cofre.controlplane.domain.KeyMove;
import dev.cofre.controlplane.domain.KeyMoves;
import dev.cofre.controlplane.domain.KeyTransition;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.server.store.DueKeys;
import dev.cofre.controlplane.server.store.Store;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/** Moves keys whose time has come: into use, or to their end. */
final class StateJob implements Job {
  private final String name;
  private final Store store;
  private final SystemAudit audit;
  private final KeyMove move;
  private final ManagementAction action;
  private final Function<DueKeys, List<UUID>> due;

  StateJob(
      String name,
      Store store,
      SystemAudit audit,
      KeyMove move,
      ManagementAction action,
      Function<DueKeys, List<UUID>> due) {
    this.name = name;
    this.store = store;
    this.audit = audit;
    this.move = move;
    this.action = action;
    this.due = due;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int runBatch() {
    return store.change(
        tx -> {
          List<UUID> ids = due.apply(tx.due());
          for (UUID id : ids) {
            KmsKey key = tx.keys().find(id).orElseThrow();
            if (KeyMoves.allow(key.state().name(), move)) {
              tx.keys().update(key.after(KeyTransition.of(move, tx.now(), SystemAudit.ACTOR)));
              audit.record(action, id.toString(), null);
            }
          }
          return ids.size();
        });
  }
}
