package dev.cofre.controlplane.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.domain.KeyState.DestructionScheduled;
import dev.cofre.controlplane.domain.KeyState.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeyMovesTest {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private static final Duration WAIT = Duration.ofDays(7);

  @Test
  void theDocsHaveTheSameTable() throws IOException {
    List<String> page =
        Files.readAllLines(Path.of(System.getProperty("cofre.root"), "docs", "ARCHITECTURE.md"));
    Set<String> described =
        page.stream()
            .filter(line -> line.matches("\\| `[A-Z_]+` \\| `[a-z-]+` \\| `[A-Z_]+` \\|.*"))
            .map(line -> line.replaceAll("\\| `(.*?)` \\| `(.*?)` \\| `(.*?)` \\|.*", "$1 $2 $3"))
            .collect(Collectors.toSet());
    Set<String> allowed =
        KeyMoves.table().stream()
            .map(row -> row.from() + " " + row.move().wireName() + " " + row.to())
            .collect(Collectors.toSet());
    assertEquals(allowed, described);
  }

  /** Every move in every state: what the table has leads there, what it has not is refused. */
  @ParameterizedTest
  @EnumSource(KeyMove.class)
  void theTableAloneAllows(KeyMove move) {
    for (Name from : Name.values()) {
      KeyState state = state(from);
      Set<Name> to =
          KeyMoves.table().stream()
              .filter(row -> row.from() == from && row.move() == move)
              .map(KeyMoves.Row::to)
              .collect(Collectors.toSet());
      if (!to.isEmpty()) {
        assertTrue(to.contains(after(state, move).name()), from + " " + move);
      } else if (KeyMoves.target(move).filter(target -> target == from).isPresent()) {
        assertSame(state, after(state, move), "done already");
      } else {
        String message =
            assertThrows(IllegalMoveException.class, () -> after(state, move)).getMessage();
        assertTrue(message.contains(from.name()), message);
      }
    }
  }

  @Test
  void whatWasCompromisedOrEndedNeverEncryptsAgain() {
    for (Name end : List.of(Name.COMPROMISED, Name.DEACTIVATED, Name.DESTROYED)) {
      Set<Name> reached = Set.of(end);
      for (int step = 0; step < Name.values().length; step++) {
        reached = withNext(reached, end);
      }
      assertTrue(reached.stream().noneMatch(Name::encrypts), end + " leads to " + reached);
    }
  }

  private static Set<Name> withNext(Set<Name> reached, Name before) {
    Set<Name> next = new java.util.TreeSet<>(reached);
    for (KeyMoves.Row row : KeyMoves.table()) {
      boolean cancel = row.move() == KeyMove.CANCEL_DESTRUCTION;
      if (reached.contains(row.from()) && (!cancel || row.to() == before)) {
        next.add(row.to());
      }
    }
    return next;
  }

  @Test
  void cancellingLeadsBackToWhatWasBefore() {
    for (Name from : Name.values()) {
      if (!KeyMoves.allow(from, KeyMove.SCHEDULE_DESTRUCTION)) {
        continue;
      }
      KmsKey key = key(KeyState.plain(from));
      KmsKey scheduled =
          key.after(new KeyTransition(KeyMove.SCHEDULE_DESTRUCTION, WAIT, NOW, "officer"));
      assertEquals(
          new DestructionScheduled(NOW, "officer", NOW.plus(WAIT), from, false), scheduled.state());
      KmsKey cancelled =
          scheduled.after(KeyTransition.of(KeyMove.CANCEL_DESTRUCTION, NOW, "officer"));
      assertEquals(from, cancelled.state().name());
      assertEquals(key.stamp().revision() + 2, cancelled.stamp().revision());
    }
  }

  @Test
  void whatHasBegunCannotBeCancelled() {
    KmsKey key = key(new DestructionScheduled(NOW, "officer", NOW, Name.ACTIVE, true));
    assertThrows(
        IllegalMoveException.class,
        () -> key.after(KeyTransition.of(KeyMove.CANCEL_DESTRUCTION, NOW, "officer")));
  }

  @Test
  void aDestructionEndsAllVersionsOrOne() {
    KmsKey key = key(new KeyState.Active());
    KmsKey begun = key.beginDestruction(1, NOW, "scheduler");
    assertEquals(key.stamp(), begun.stamp());
    assertEquals(Name.PENDING_DESTRUCTION, begun.version(1).orElseThrow().state().name());
    KmsKey one = begun.endDestruction(1, NOW, "scheduler");
    assertEquals(Name.ACTIVE, one.state().name());
    assertEquals(Name.DESTROYED, one.version(1).orElseThrow().state().name());
    KmsKey all =
        key.beginDestruction(Tombstone.WHOLE_KEY, NOW, "scheduler")
            .endDestruction(Tombstone.WHOLE_KEY, NOW, "scheduler");
    assertEquals(new KeyState.Destroyed(NOW), all.state());
    assertEquals(new KeyState.Destroyed(NOW), all.version(1).orElseThrow().state());
  }

  @Test
  void aVersionMovesByItself() {
    KmsKey key = key(new KeyState.Active());
    KmsKey changed = key.after(1, KeyTransition.of(KeyMove.DISABLE, NOW, "officer"));
    assertEquals(Name.DISABLED, changed.version(1).orElseThrow().state().name());
    assertEquals(Name.ACTIVE, changed.state().name());
    assertEquals(2, changed.stamp().revision());
    assertFalse(changed.version(2).isPresent());
  }

  private static KeyState after(KeyState state, KeyMove move) {
    return key(state).after(new KeyTransition(move, WAIT, NOW, "officer")).state();
  }

  private static KeyState state(Name name) {
    return switch (name) {
      case PENDING_DESTRUCTION ->
          new DestructionScheduled(NOW, "officer", NOW, Name.COMPROMISED, false);
      case DESTROYED -> new KeyState.Destroyed(NOW);
      default -> KeyState.plain(name);
    };
  }

  private static KmsKey key(KeyState state) {
    UUID id = new UUID(1, 2);
    KeyDraft draft =
        new KeyDraft(
            "key",
            "default",
            Environment.DEV,
            DataClass.INTERNAL,
            "team",
            "tests",
            KeyDraft.ENCRYPT_DECRYPT,
            Protection.HSM,
            NOW.plus(WAIT));
    KeyVersion version = new KeyVersion(1, Protection.HSM, KmsKey.kekLabel(id, 1), NOW, "officer");
    return new KmsKey(id, draft, state, 1, List.of(version), Stamp.created(NOW, "officer"));
  }
}
