/** Randomness read from the kernel at the moment of use. */
package dev.cofre.contract.random;
