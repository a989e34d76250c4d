package dev.cofre.controlplane.server.lease;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class EngineTasksTest {
  @Test
  void isFullWhenThereIsNoPlaceForAnotherEngine() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch began = new CountDownLatch(2);
    try (EngineTasks tasks = new EngineTasks("tests", 2, 2)) {
      EngineTasks.Work work =
          engine -> {
            began.countDown();
            try {
              end.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            return true;
          };
      assertFalse(tasks.isFull());
      tasks.submit(UUID.randomUUID(), work);
      assertFalse(tasks.isFull());
      tasks.submit(UUID.randomUUID(), work);
      began.await();
      assertTrue(tasks.isFull());
      end.countDown();
    }
  }
}
