package dev.cofre.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenSourceTest {
  @TempDir Path folder;

  private static Vertx vertx;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private static String authorization(TokenSource source) {
    return BlockingCofreClient.await(source.authorization(vertx), "token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc.DEF-123", "abc.DEF-123\n", "abc.DEF-123\r\n", "abc.DEF-123\nmore"})
  void theFirstLineIsTheToken(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("token"), content);
    assertEquals("Bearer abc.DEF-123", authorization(TokenSource.file(file)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "to ken", "t\u00f6ken", "token\u0000"})
  void whatIsNoTokenIsNotSentNorShown(String content) throws IOException {
    TokenSource source = TokenSource.file(Files.writeString(folder.resolve("token"), content));
    CofreException failure = assertThrows(CofreException.class, () -> authorization(source));
    assertEquals(CofreException.Kind.LOCAL, failure.kind());
    assertFalse(content.length() > 2 && failure.toString().contains(content));
  }

  @Test
  void aMissingFileIsNamed() {
    Path missing = folder.resolve("missing");
    CofreException failure =
        assertThrows(CofreException.class, () -> authorization(TokenSource.file(missing)));
    assertEquals("the token cannot be read from file " + missing, failure.detail());
  }
}
