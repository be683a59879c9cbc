import Adapters
import Console
import Glibc
import Logging

/// The console's servers: the socket in the data folder, and the TCP port when one is configured.
struct ConsoleAssembly: Sendable {
    private let socket: ConsoleServer
    private let tcp: ConsoleServer?
    private let socketFile: String
    /// `http://127.0.0.1:8081`; nothing without a TCP port.
    let url: String?

    /// Starts them.
    static func start(_ configuration: GatewayConfiguration, api: OperatorAPI, log: Logger) async throws(GatewayError) -> ConsoleAssembly {
        let socketFile = configuration.storage.socketFile
        let socket = try await startSocket(socketFile, api: api, log: log)
        guard let address = configuration.listen.console else { return ConsoleAssembly(socket: socket, tcp: nil, socketFile: socketFile, url: nil) }
        let operators = Operators(configuration.operators.map { .init(name: $0.name, token: $0.token.value, mayOperate: $0.role == .operate) })
        let server = ConsoleServer(endpoint: .tcp(host: address.host, port: address.port, operators: operators), log: log) { await api.respond(to: $0) }
        do {
            let port = try await server.start()
            return ConsoleAssembly(socket: socket, tcp: server, socketFile: socketFile, url: "http://" + ListenAddress(host: address.host, port: port).text)
        } catch {
            await socket.stop()
            unlink(socketFile)
            throw GatewayError("the console cannot listen on \(address.text): \(PortProbe.problem(address) ?? "\(error)")")
        }
    }

    /// Closes them and removes the socket.
    func stop() async {
        await tcp?.stop()
        await socket.stop()
        unlink(socketFile)
    }

    /// Binds in a folder that nobody else can enter, and moves the socket to its place when only the gateway's user may open it.
    private static func startSocket(_ path: String, api: OperatorAPI, log: Logger) async throws(GatewayError) -> ConsoleServer {
        let folder = FilePaths.folder(of: path) + "/" + Self.newFolder
        let new = folder + "/s"
        unlink(new)
        rmdir(folder)
        defer { rmdir(folder) }
        guard mkdir(folder, 0o700) == 0 else { throw GatewayError("cannot make \(folder): \(FilePaths.errorText(errno))") }
        let server = ConsoleServer(endpoint: .socket(path: new), log: log) { await api.respond(to: $0) }
        do { _ = try await server.start() } catch { throw GatewayError("cannot listen on \(path): \(error)") }
        guard chmod(new, 0o600) == 0, rename(new, path) == 0 else {
            let reason = FilePaths.errorText(errno)
            await server.stop()
            unlink(new)
            throw GatewayError("cannot listen on \(path): \(reason)")
        }
        return server
    }

    private static let newFolder = "socket.new"
}
