package dev.cofre.controlplane.server.api;

/** Ends the transaction of a repeated request with its stored answer. Carries no stack trace. */
final class RepeatedAnswer extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Answer answer;

  RepeatedAnswer(Answer answer) {
    super("a repeated request", null, false, false);
    this.answer = answer;
  }

  Answer answer() {
    return answer;
  }
}
