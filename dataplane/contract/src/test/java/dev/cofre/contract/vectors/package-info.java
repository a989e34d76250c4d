/** Published test vectors: where they are and how they are read. */
package dev.cofre.contract.vectors;
