package dev.cofre.dataplane.server.rehearsal;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CompilerQuietTest {
  @Test
  void theyAreDoneInTheEnd() {
    assertTrue(CompilerQuiet.await(Duration.ofSeconds(60)));
  }

  @Test
  void isNotWaitedForLongerThanAsked() {
    assertFalse(CompilerQuiet.await(Duration.ZERO));
  }
}
