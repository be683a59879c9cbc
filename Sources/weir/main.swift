import ArgumentParser
import Gateway
print("weir")
