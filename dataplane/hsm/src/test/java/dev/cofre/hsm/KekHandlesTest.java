package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** On a real token, whose searches take as long as the test's clock says. */
class KekHandlesTest {
  private final String mark = "handles-" + UUID.randomUUID() + "-";
  private final AtomicLong nowNs = new AtomicLong();
  private final AtomicLong searchNs = new AtomicLong();
  private final KekHandles handles = new KekHandles(() -> nowNs.getAndAdd(searchNs.get()));

  private void inSession(Consumer<TokenKeys> work) {
    Cryptoki cryptoki = Cryptoki.load(SoftHsmToken.CONFIG);
    long slot = cryptoki.slotOf(SoftHsmToken.CONFIG);
    cryptoki
        .module()
        .call(
            () -> {
              try (Pin pin = SoftHsmToken.pin();
                  Cryptoki.Session session = cryptoki.login(slot, pin)) {
                work.accept(new TokenKeys(session, slot));
                return true;
              }
            });
  }

  @Test
  void whereASearchIsSlowOneListingServesForAllThatWereMadeMeanwhile() {
    inSession(
        keys -> {
          keys.generateKek(mark + 0, false);
          searchNs.set(KekHandles.SLOW_NS + 1);
          assertTrue(handles.find(keys, mark + 0).isPresent());
          assertEquals(1, handles.size(), "it searched");
          searchNs.set(0);
          for (int i = 1; i < 20; i++) {
            keys.generateKek(mark + i, false);
          }
          assertTrue(handles.find(keys, mark + 1).isPresent());
          assertTrue(handles.size() >= 20, "it listed");
          int known = handles.size();
          for (int i = 0; i < 20; i++) {
            assertEquals(keys.findKek(mark + i), handles.find(keys, mark + i));
          }
          assertEquals(known, handles.size());
          forgetAll(keys, 20);
        });
  }

  @Test
  void aQuickTokenIsNeverListed() {
    inSession(
        keys -> {
          for (int i = 0; i < 3; i++) {
            keys.generateKek(mark + i, false);
          }
          assertTrue(handles.find(keys, mark + 0).isPresent());
          assertTrue(handles.find(keys, mark + 1).isPresent());
          assertEquals(2, handles.size());
          forgetAll(keys, 3);
        });
  }

  @Test
  void whatWasDestroyedAndMadeAgainIsAnotherObject() {
    inSession(
        keys -> {
          keys.generateKek(mark, false);
          OptionalLong first = handles.find(keys, mark);
          keys.destroy(first.getAsLong());
          assertTrue(handles.find(keys, mark).isEmpty());
          assertFalse(handles.isTaken(keys, mark));
          keys.generateKek(mark, false);
          assertTrue(handles.isTaken(keys, mark));
          assertNotEquals(first, handles.find(keys, mark));
          keys.destroy(keys.findKek(mark).getAsLong());
        });
  }

  private void forgetAll(TokenKeys keys, int count) {
    for (int i = 0; i < count; i++) {
      keys.destroy(keys.findKek(mark + i).getAsLong());
    }
  }
}
