package dev.cofre.dataplane.server.rehearsal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.engine.aead.AeadBackEnd;
import dev.cofre.http.StrictFraming;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {
  private final Vertx vertx = Vertx.builder().withTransport(StrictFraming.transport()).build();

  @TempDir Path directory;

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void servesItselfAndLeavesNothing() throws Exception {
    Path folder = directory.resolve("rehearsal");
    // What a killed one left.
    Files.createDirectory(folder);
    Files.writeString(folder.resolve("left"), "over");
    assertTrue(rehearse(folder, Duration.ofSeconds(5)) > 0);
    assertFalse(Files.exists(folder));
  }

  @Test
  void endsWellWhereItCannotWrite() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertEquals(0, rehearse(file, Duration.ofSeconds(1)));
    assertTrue(Files.exists(file));
  }

  @Test
  void mayBeLeftOut() {
    assertEquals(0, rehearse(directory.resolve("rehearsal"), Duration.ZERO));
  }

  private int rehearse(Path folder, Duration limit) {
    return Rehearsal.run(vertx, 2, AeadBackEnd.SUNJCE, KernelRandom.INSTANCE, folder, limit);
  }
}
