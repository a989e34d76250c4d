package dev.cofre.loadtest.generator;

/** The requests of one connection that wait for their answers, oldest first. Not thread-safe. */
final class OpenRequests {
  private final long[] numbers;
  private final long[] intendedNs;
  private final long[] sentNs;
  private int head;
  private int size;

  OpenRequests(int max) {
    numbers = new long[max];
    intendedNs = new long[max];
    sentNs = new long[max];
  }

  /** Takes the times of a request that is not open any more. */
  @FunctionalInterface
  interface Closed {
    void request(long intendedNs, long sentNs);
  }

  int size() {
    return size;
  }

  /** How many more may be open. */
  int room() {
    return numbers.length - size;
  }

  void add(long number, long intended, long sent) {
    int slot = slot(size);
    numbers[slot] = number;
    intendedNs[slot] = intended;
    sentNs[slot] = sent;
    size++;
  }

  /** When the oldest one was sent. */
  long oldestSentNs() {
    return sentNs[head];
  }

  /** Closes {@code number}; false when it is not open. */
  boolean close(long number, Closed closed) {
    for (int i = 0; i < size; i++) {
      int slot = slot(i);
      if (numbers[slot] == number) {
        long intended = intendedNs[slot];
        long sent = sentNs[slot];
        remove(i);
        closed.request(intended, sent);
        return true;
      }
    }
    return false;
  }

  /** Closes the oldest one. */
  void closeOldest(Closed closed) {
    int slot = head;
    remove(0);
    closed.request(intendedNs[slot], sentNs[slot]);
  }

  /** Answers come nearly in order, so few are moved. */
  private void remove(int index) {
    for (int i = index; i > 0; i--) {
      int to = slot(i);
      int from = slot(i - 1);
      numbers[to] = numbers[from];
      intendedNs[to] = intendedNs[from];
      sentNs[to] = sentNs[from];
    }
    head = slot(1);
    size--;
  }

  private int slot(int index) {
    int slot = head + index;
    return slot < numbers.length ? slot : slot - numbers.length;
  }
}
