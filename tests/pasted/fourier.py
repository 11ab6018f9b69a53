import torch
import math

N = 64
t = torch.arange(N) / N
signal = torch.sin(2 * math.pi * 5 * t) + 0.5 * torch.sin(2 * math.pi * 12 * t)
spectrum = torch.fft.fft(signal)
magnitude = torch.abs(spectrum)
power = spectrum.abs() ** 2
peak = magnitude[: N // 2].argmax()
print(peak)
freqs = torch.fft.fftfreq(N, d=1 / N)
one_sided = torch.fft.rfft(signal)
back = torch.fft.irfft(one_sided, n=N)
print(torch.allclose(back, signal, atol=1e-5))
inverse = torch.fft.ifft(spectrum).real
shifted = torch.fft.fftshift(spectrum.abs())
image = torch.arange(16.).reshape(4, 4)
two = torch.fft.fft2(image)
restored = torch.fft.ifft2(two).real
orthonormal = torch.fft.fft(signal, norm="ortho")
window = torch.hann_window(8)
hamming = torch.hamming_window(8)
blackman = torch.blackman_window(8, periodic=False)
windowed = signal[:8] * window
kernel = torch.zeros(N)
kernel[0] = 1
convolved = torch.fft.irfft(torch.fft.rfft(signal) * torch.fft.rfft(kernel), n=N)
