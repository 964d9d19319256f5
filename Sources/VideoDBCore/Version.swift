/// Version of the library; the header states the same numbers, and a test compares them.
public enum Version {
  public static let major: Int32 = 0
  public static let minor: Int32 = 1
  public static let patch: Int32 = 0
  public static let number: Int32 = major * 1_000_000 + minor * 1_000 + patch
  public static let text: StaticString = "0.1.0"
  /// Version of the binary interface: the number in the soname.
  public static let abi: Int32 = 0
}
