import Testing

@testable import Tensor

@Suite struct DescriptionTests {
  @Test func readsLikeNumPy() {
    let matrix: Tensor = [[1, 2], [3, 4]]
    #expect("\(matrix)" == "[[1., 2.],\n [3., 4.]]")
    #expect("\(Tensor([0.5, -10.25, 3] as [Float]))" == "[  0.50, -10.25,   3.00]")
    #expect("\(Tensor([0.1, 0.2, 0.3] as [Float]))" == "[0.1, 0.2, 0.3]")
    #expect("\(Tensor([1.0 / 3] as [Float]))" == "[0.3333]")
    #expect("\(Tensor(2.5))" == "2.5")
    #expect("\(Tensor([1, 20, 3] as [Int32]))" == "[ 1, 20,  3] (int32)")
    #expect("\(Tensor([true, false]))" == "[ true, false] (bool)")
    #expect("\(Tensor([1e-9, 1.0] as [Double]))" == "[1.0000e-09, 1.0000e+00] (float64)")
    #expect("\(Tensor(zeros: [2, 0]))" == "[[],\n []]")
    #expect("\(Tensor(zeros: [2, 1, 2]))" == "[[[0., 0.]],\n\n [[0., 0.]]]")
  }

  @Test func alignsWhatIsNotFinite() {
    #expect("\(Tensor([1, .nan, -.infinity] as [Float]))" == "[  1.,  nan, -inf]")
  }

  @Test func leavesOutTheMiddle() {
    #expect("\(Tensor(to: 2000))" == "[   0.,    1.,    2., ..., 1997., 1998., 1999.]")
    #expect(Tensor(zeros: [2000, 2000]).description.count < 500)
    let tall = Tensor(ones: [1000, 2]).description.split(separator: "\n")
    #expect(tall.count == 7 && tall[3] == " ...,")
  }
}
