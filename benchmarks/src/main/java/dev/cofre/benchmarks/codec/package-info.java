/** Reading and writing what stands around the ciphertext. */
package dev.cofre.benchmarks.codec;
