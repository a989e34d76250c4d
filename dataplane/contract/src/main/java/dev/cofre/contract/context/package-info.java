/** The encryption context and its canonical form. */
package dev.cofre.contract.context;
